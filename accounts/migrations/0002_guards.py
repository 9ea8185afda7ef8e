"""What the database itself refuses of people and their roles: records that are kept, consent, and sessions that end."""

from django.db import migrations

# The one escape is for the flush of a transactional test: a test database that names itself so.
VIEWS = r"""
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
NO_VIEWS = """
DROP TRIGGER accounts_identity_views_stay ON accounts_identityview;
DROP TRIGGER accounts_identity_views_are_kept ON accounts_identityview;
DROP FUNCTION accounts_keep_identity_views();
"""

# A change of roles, of the password or of the right to sign in ends the sessions of its user.
SESSIONS = """
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
NO_SESSIONS = """
DROP TRIGGER accounts_passwords_end_sessions ON accounts_user;
DROP FUNCTION accounts_end_sessions_of_user();
DROP TRIGGER accounts_roles_end_sessions ON accounts_membership;
DROP FUNCTION accounts_end_sessions_of_member();
"""

# Only a pending change is decided, once; the escape is for the flush of a transactional test, as above.
ROLES = r"""
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
NO_ROLES = """
DROP TRIGGER accounts_protected_roles_have_consent ON accounts_membership;
DROP FUNCTION accounts_require_consent();
DROP TRIGGER accounts_operators_are_installed_once ON accounts_staffchange;
DROP FUNCTION accounts_install_operators_once();
DROP TRIGGER accounts_staff_changes_stay ON accounts_staffchange;
DROP TRIGGER accounts_staff_changes_are_kept ON accounts_staffchange;
DROP FUNCTION accounts_keep_staff_changes();
"""

# The one escape is for the flush of a transactional test: a test database that names itself so.
IDENTITIES = r"""
CREATE FUNCTION accounts_keep_identity_decisions() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a decision about an identity is neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_identity_decisions_are_kept BEFORE UPDATE OR DELETE ON accounts_identitydecision
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_identity_decisions();
CREATE TRIGGER accounts_identity_decisions_stay BEFORE TRUNCATE ON accounts_identitydecision
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_identity_decisions();
CREATE FUNCTION accounts_keep_proven_owner() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a proven person is not merged into another record'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_proven_owner_stays BEFORE UPDATE OF identity ON accounts_citizen
    FOR EACH ROW WHEN (OLD.identity = 'matched' AND NEW.identity = 'merged')
    EXECUTE FUNCTION accounts_keep_proven_owner();
"""
NO_IDENTITIES = """
DROP TRIGGER accounts_proven_owner_stays ON accounts_citizen;
DROP FUNCTION accounts_keep_proven_owner();
DROP TRIGGER accounts_identity_decisions_stay ON accounts_identitydecision;
DROP TRIGGER accounts_identity_decisions_are_kept ON accounts_identitydecision;
DROP FUNCTION accounts_keep_identity_decisions();
"""

# What is refused or over stays so, and the people of a mandate that was given stay; two records of one person may become
# one. The one escape is for the flush of a transactional test: a test database that names itself so.
MANDATES = r"""
CREATE FUNCTION accounts_keep_mandates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a mandate is never deleted' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT (NEW.state = OLD.state OR OLD.state = 'asked' OR (OLD.state = 'given' AND NEW.state = 'ended')) THEN
        RAISE EXCEPTION 'a mandate that is over stays over' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.state <> 'asked' AND (NEW.ground, NEW.covers_all, NEW.starts_at, NEW.ends_at)
        IS DISTINCT FROM (OLD.ground, OLD.covers_all, OLD.starts_at, OLD.ends_at) THEN
        RAISE EXCEPTION 'the terms of a mandate stay' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_mandates_are_kept BEFORE UPDATE OR DELETE ON accounts_mandate
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_mandates();
"""
NO_MANDATES = """
DROP TRIGGER accounts_mandates_are_kept ON accounts_mandate;
DROP FUNCTION accounts_keep_mandates();
"""

# Days in which a request about the own data is decided.
REQUEST_LIMITS = """
INSERT INTO accounts_requestlimit (kind, days) VALUES ('correction', 30), ('deletion', 30) ON CONFLICT DO NOTHING
"""

# An edition of the usage policy is decided once and kept.
POLICY = r"""
CREATE FUNCTION accounts_keep_policy_editions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    decision CONSTANT text[] := ARRAY['state', 'decided_by_id', 'decided_at'];
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'proposed' AND NEW.state <> 'proposed' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an edition of the usage policy is decided once, and neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER accounts_policy_editions_are_kept BEFORE UPDATE OR DELETE ON accounts_policyedition
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_policy_editions();
CREATE TRIGGER accounts_policy_editions_stay BEFORE TRUNCATE ON accounts_policyedition
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_keep_policy_editions();
"""
NO_POLICY = """
DROP TRIGGER accounts_policy_editions_stay ON accounts_policyedition;
DROP TRIGGER accounts_policy_editions_are_kept ON accounts_policyedition;
DROP FUNCTION accounts_keep_policy_editions();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(VIEWS, NO_VIEWS),
        migrations.RunSQL(SESSIONS, NO_SESSIONS),
        migrations.RunSQL(ROLES, NO_ROLES),
        migrations.RunSQL(IDENTITIES, NO_IDENTITIES),
        migrations.RunSQL(MANDATES, NO_MANDATES),
        migrations.RunSQL(REQUEST_LIMITS, "DELETE FROM accounts_requestlimit"),
        migrations.RunSQL(POLICY, NO_POLICY),
    ]
