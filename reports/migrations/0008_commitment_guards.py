"""What the database refuses of the index: a changed rule, a rule of a day that is over, and a changed publication."""

from django.db import migrations

RULE = """
CREATE FUNCTION reports_guard_index_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a rule of the index stays as it was set' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.starts_on < (NEW.set_at AT TIME ZONE 'Asia/Amman')::date THEN
        RAISE EXCEPTION 'a rule of the index holds from its own day on at the earliest'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_index_rule_stays BEFORE INSERT OR UPDATE OR DELETE ON reports_indexrule
    FOR EACH ROW EXECUTE FUNCTION reports_guard_index_rule();
"""

EDITION = """
CREATE FUNCTION reports_guard_index_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published index stays as it is' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP <> 'DELETE' AND (NEW.published_at AT TIME ZONE 'Asia/Amman')::date <= NEW.reply_until THEN
        RAISE EXCEPTION 'agencies may still reply to this index' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reports_index_edition_stays BEFORE INSERT OR UPDATE OR DELETE ON reports_indexedition
    FOR EACH ROW EXECUTE FUNCTION reports_guard_index_edition();
"""

REPLY = """
CREATE FUNCTION reports_guard_index_reply() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM 1 FROM reports_indexedition WHERE id IN (OLD.edition_id, NEW.edition_id) AND published_at IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'replies to a published index stay as they are' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER reports_index_reply_stays BEFORE INSERT OR UPDATE OR DELETE ON reports_indexreply
    FOR EACH ROW EXECUTE FUNCTION reports_guard_index_reply();
"""

DROP = """
DROP TRIGGER reports_index_reply_stays ON reports_indexreply;
DROP FUNCTION reports_guard_index_reply;
DROP TRIGGER reports_index_edition_stays ON reports_indexedition;
DROP FUNCTION reports_guard_index_edition;
DROP TRIGGER reports_index_rule_stays ON reports_indexrule;
DROP FUNCTION reports_guard_index_rule;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0007_commitment"),
    ]

    operations = [
        migrations.RunSQL([RULE, EDITION, REPLY], DROP),
    ]
