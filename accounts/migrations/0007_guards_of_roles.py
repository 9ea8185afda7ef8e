"""Changes of staff are kept, and roles that take two people exist only with a consented change."""

from django.db import migrations

# Only a pending change is decided, once; the escape is for the flush of a transactional test, as in 0002.
GUARD = r"""
CREATE FUNCTION accounts_keep_staff_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision CONSTANT text[] := ARRAY['outcome', 'decided_by_id', 'decided_at'];
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.outcome = 'pending' AND NEW.outcome <> 'pending' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a change of staff is decided once, and neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_staff_changes_are_kept BEFORE UPDATE OR DELETE ON accounts_staffchange
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_staff_changes();
CREATE TRIGGER accounts_staff_changes_stay BEFORE TRUNCATE ON accounts_staffchange
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_staff_changes();

CREATE FUNCTION accounts_install_operators_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts_membership membership
        LEFT JOIN accounts_staffchange change ON change.id = membership.change_id
        WHERE membership.role = 'operator'
            AND (change.installed_as IS NULL OR change.proposed_at <> NEW.proposed_at)
    ) THEN
        RAISE EXCEPTION 'operators are installed once, before there is any'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_operators_are_installed_once BEFORE INSERT ON accounts_staffchange
    FOR EACH ROW WHEN (NEW.installed_as IS NOT NULL) EXECUTE FUNCTION accounts_install_operators_once();

CREATE FUNCTION accounts_require_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A role may end earlier; anything else is a new role.
    IF TG_OP = 'UPDATE' THEN
        IF NEW.user_id = OLD.user_id AND NEW.role = OLD.role AND NEW.agency_id IS NOT DISTINCT FROM OLD.agency_id
            AND NEW.change_id IS NOT DISTINCT FROM OLD.change_id AND NEW.starts_on >= OLD.starts_on
            AND (OLD.ends_on IS NULL OR NEW.ends_on <= OLD.ends_on)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NOT EXISTS (
        SELECT FROM accounts_staffchange change
        WHERE change.id = NEW.change_id AND change.kind = 'role_given' AND change.outcome = 'done'
            AND change.subject_id = NEW.user_id AND change.role = NEW.role
            AND change.agency_id IS NOT DISTINCT FROM NEW.agency_id
            AND change.starts_on <= NEW.starts_on
            AND (change.ends_on IS NULL OR NEW.ends_on <= change.ends_on)
    ) THEN
        RAISE EXCEPTION 'this role takes the consent of a second person'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_protected_roles_have_consent BEFORE INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW WHEN (NEW.role IN ('auditor', 'cmu_head', 'cmu_staff', 'operator'))
    EXECUTE FUNCTION accounts_require_consent();
"""
NO_GUARD = """
DROP TRIGGER accounts_protected_roles_have_consent ON accounts_membership;
DROP FUNCTION accounts_require_consent();
DROP TRIGGER accounts_operators_are_installed_once ON accounts_staffchange;
DROP FUNCTION accounts_install_operators_once();
DROP TRIGGER accounts_staff_changes_stay ON accounts_staffchange;
DROP TRIGGER accounts_staff_changes_are_kept ON accounts_staffchange;
DROP FUNCTION accounts_keep_staff_changes();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_staff_changes_and_invitations")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
