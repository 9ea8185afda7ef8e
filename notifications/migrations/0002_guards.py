"""The editions of the messages' wordings are append-only."""

from django.db import migrations

# The one escape is for the flush of a transactional test: a test database that names itself so.
GUARD = """
CREATE FUNCTION notifications_guard_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the editions of words are append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER notifications_edition_rows BEFORE UPDATE OR DELETE ON notifications_wordingedition
    FOR EACH ROW EXECUTE FUNCTION notifications_guard_editions();
CREATE TRIGGER notifications_edition_table BEFORE TRUNCATE ON notifications_wordingedition
    FOR EACH STATEMENT EXECUTE FUNCTION notifications_guard_editions();
"""

DROP = """
DROP TRIGGER notifications_edition_table ON notifications_wordingedition;
DROP TRIGGER notifications_edition_rows ON notifications_wordingedition;
DROP FUNCTION notifications_guard_editions;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunSQL(sql=GUARD, reverse_sql=DROP)]
