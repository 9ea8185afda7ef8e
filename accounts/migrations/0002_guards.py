"""The record that staff viewed an identity is neither changed nor deleted."""

from django.db import migrations

# The one escape is for the flush of a transactional test: a test database that names itself so.
GUARD = r"""
CREATE FUNCTION accounts_keep_identity_views() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a view of an identity is neither changed nor deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_identity_views_are_kept BEFORE UPDATE OR DELETE ON accounts_identityview
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_identity_views();
CREATE TRIGGER accounts_identity_views_stay BEFORE TRUNCATE ON accounts_identityview
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_identity_views();
"""
NO_GUARD = """
DROP TRIGGER accounts_identity_views_stay ON accounts_identityview;
DROP TRIGGER accounts_identity_views_are_kept ON accounts_identityview;
DROP FUNCTION accounts_keep_identity_views();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
