"""The changes of reference data are append-only."""

from django.db import migrations

# The one escape is for the flush of a transactional test, as for the history of cases.
# A change that waits for its day gets one mark, once: applied or dropped. Nothing else is altered.
GUARD = """
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
DROP = """
DROP TRIGGER agencies_referencechange_append_only ON agencies_referencechange;
DROP FUNCTION agencies_guard_reference_change();
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, DROP)]
