"""A change of roles, of the password or of the right to sign in ends the sessions of its user."""

from django.db import migrations

TRIGGERS = """
CREATE FUNCTION accounts_end_sessions_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM public.accounts_session WHERE user_id IN (OLD.user_id, NEW.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_roles_end_sessions AFTER INSERT OR UPDATE OR DELETE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION accounts_end_sessions_of_member();

CREATE FUNCTION accounts_end_sessions_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM public.accounts_session WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_passwords_end_sessions AFTER UPDATE ON accounts_user
    FOR EACH ROW
    WHEN ((OLD.password, OLD.is_active, OLD.is_staff, OLD.is_superuser)
        IS DISTINCT FROM (NEW.password, NEW.is_active, NEW.is_staff, NEW.is_superuser))
    EXECUTE FUNCTION accounts_end_sessions_of_user();
"""
NO_TRIGGERS = """
DROP TRIGGER accounts_passwords_end_sessions ON accounts_user;
DROP FUNCTION accounts_end_sessions_of_user();
DROP TRIGGER accounts_roles_end_sessions ON accounts_membership;
DROP FUNCTION accounts_end_sessions_of_member();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_factors_and_sessions")]

    operations = [migrations.RunSQL(TRIGGERS, NO_TRIGGERS)]
