"""The changes of reference data are append-only, and a known problem that is over stays over."""

from django.db import migrations

# The one escape is for the flush of a transactional test, as for the history of cases.
# A change that waits for its day gets one mark, once: applied or dropped. Nothing else is altered.
CHANGES = """
CREATE FUNCTION agencies_guard_reference_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_database() LIKE 'test\\_%'
        AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE'
        AND OLD.applied_at IS NULL AND OLD.dropped_at IS NULL
        AND (NEW.applied_at IS NULL) <> (NEW.dropped_at IS NULL)
        AND to_jsonb(NEW) - 'applied_at' - 'dropped_at' = to_jsonb(OLD) - 'applied_at' - 'dropped_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'changes of reference data are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER agencies_referencechange_append_only BEFORE UPDATE OR DELETE ON agencies_referencechange
    FOR EACH ROW EXECUTE FUNCTION agencies_guard_reference_change();
"""
NO_CHANGES = """
DROP TRIGGER agencies_referencechange_append_only ON agencies_referencechange;
DROP FUNCTION agencies_guard_reference_change();
"""

# Whoever joined has been told that it is over: a later end would make that untrue.
PROBLEMS = """
CREATE FUNCTION agencies_guard_known_problem() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.ends_at <= NEW.changed_at THEN
        RAISE EXCEPTION 'a known problem that is over does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agencies_knownproblem_stays_over BEFORE UPDATE ON agencies_knownproblem
    FOR EACH ROW EXECUTE FUNCTION agencies_guard_known_problem();
"""
NO_PROBLEMS = """
DROP TRIGGER agencies_knownproblem_stays_over ON agencies_knownproblem;
DROP FUNCTION agencies_guard_known_problem();
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]

    operations = [
        migrations.RunSQL(CHANGES, NO_CHANGES),
        migrations.RunSQL(PROBLEMS, NO_PROBLEMS),
    ]
