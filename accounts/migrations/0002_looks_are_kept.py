"""A look at an identity, once written, is neither changed nor deleted."""

from django.db import migrations

GUARD = """
CREATE FUNCTION accounts_keep_looks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a look at an identity is neither changed nor deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_looks_are_kept BEFORE UPDATE OR DELETE ON accounts_identityview
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_looks();
"""
NO_GUARD = """
DROP TRIGGER accounts_looks_are_kept ON accounts_identityview;
DROP FUNCTION accounts_keep_looks();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
