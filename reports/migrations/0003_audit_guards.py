"""What the database itself refuses of audits and of the commitment index."""

from django.db import migrations

# The case is deleted by a function of the database, which knows nothing of this table.
AUDITS_ANSWER = """
ALTER TABLE reports_audititem ADD CONSTRAINT reports_audititem_answer FOREIGN KEY (answer_id)
    REFERENCES complaints_answer (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
"""

AUDITS_INVOLVED = """
CREATE FUNCTION reports_is_involved(person uuid, audited bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM reports_audititem AS item
            JOIN complaints_answer AS answer ON answer.id = item.answer_id
            JOIN complaints_caseevent AS event ON event.case_id = answer.case_id
        WHERE item.id = audited AND person IN (event.actor_id, event.on_behalf_of_id)
    ) OR EXISTS (
        SELECT FROM reports_audititem AS item
            JOIN complaints_answer AS answer ON answer.id = item.answer_id
            JOIN complaints_recusal AS recusal ON recusal.case_id = answer.case_id
        WHERE item.id = audited AND recusal.person_id = person AND recusal.ended_at IS NULL
    )
$$;
"""

AUDITS_SCORE = """
CREATE FUNCTION reports_guard_score() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    item reports_audititem;
    others integer;
BEGIN
    SELECT * INTO item FROM reports_audititem WHERE id = NEW.item_id FOR UPDATE;
    SELECT count(*) INTO others FROM reports_auditscore WHERE item_id = NEW.item_id;
    IF item.verdict <> '' OR others > item.needs_second::integer THEN
        RAISE EXCEPTION 'audited answer % takes no further score', NEW.item_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF reports_is_involved(NEW.scorer_id, NEW.item_id) THEN
        RAISE EXCEPTION 'who acted on a case does not score its answer' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_score_is_allowed BEFORE INSERT ON reports_auditscore
    FOR EACH ROW EXECUTE FUNCTION reports_guard_score();
CREATE FUNCTION reports_keep_score() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_database() LIKE 'test\\_%'
        AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a score stays as it was given' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reports_score_stays BEFORE UPDATE OR DELETE ON reports_auditscore
    FOR EACH ROW EXECUTE FUNCTION reports_keep_score();
"""

# Retention takes the answer away and changes nothing else. The escape is for the flush of a transactional test.
AUDITS_VERDICT = """
CREATE FUNCTION reports_guard_verdict() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    given integer;
    agreeing integer;
    own integer;
    judging CONSTANT text[] := ARRAY['verdict', 'judged_at', 'settled_by_id', 'settled_because'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.verdict <> '' THEN
            RAISE EXCEPTION 'an answer is drawn before it is judged' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        IF OLD.verdict <> '' AND (current_database() LIKE 'test\\_%'
            AND current_setting('history.flush_for_tests', true) = 'on') IS NOT TRUE THEN
            RAISE EXCEPTION 'audited answer % is decided and stays', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF to_jsonb(NEW) - judging - 'answer_id' IS DISTINCT FROM to_jsonb(OLD) - judging - 'answer_id'
        OR (NEW.answer_id IS DISTINCT FROM OLD.answer_id AND NEW.answer_id IS NOT NULL) THEN
        RAISE EXCEPTION 'audited answer % stays as it was drawn', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - 'answer_id' = to_jsonb(OLD) - 'answer_id' THEN
        RETURN NEW;
    END IF;
    IF OLD.verdict <> '' THEN
        RAISE EXCEPTION 'the verdict on audited answer % is final', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT count(*), count(*) FILTER (WHERE verdict = NEW.verdict), count(*) FILTER (WHERE scorer_id = NEW.settled_by_id)
        INTO given, agreeing, own FROM reports_auditscore WHERE item_id = NEW.id;
    IF NEW.settled_by_id IS NULL THEN
        IF agreeing <> 1 + NEW.needs_second::integer THEN
            RAISE EXCEPTION 'the scores of audited answer % do not bear this verdict', NEW.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF given <> 2 OR agreeing <> 1 OR own > 0 OR reports_is_involved(NEW.settled_by_id, NEW.id) THEN
        RAISE EXCEPTION 'a third person settles where two differ' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_verdict_is_borne BEFORE INSERT OR UPDATE OR DELETE ON reports_audititem
    FOR EACH ROW EXECUTE FUNCTION reports_guard_verdict();
"""

AUDITS_DROP = """
DROP TRIGGER reports_verdict_is_borne ON reports_audititem;
DROP FUNCTION reports_guard_verdict;
DROP TRIGGER reports_score_stays ON reports_auditscore;
DROP FUNCTION reports_keep_score;
DROP TRIGGER reports_score_is_allowed ON reports_auditscore;
DROP FUNCTION reports_guard_score;
DROP FUNCTION reports_is_involved;
ALTER TABLE reports_audititem DROP CONSTRAINT reports_audititem_answer;
"""

COMMITMENT_RULE = """
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

COMMITMENT_EDITION = """
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

COMMITMENT_REPLY = """
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

COMMITMENT_DROP = """
DROP TRIGGER reports_index_reply_stays ON reports_indexreply;
DROP FUNCTION reports_guard_index_reply;
DROP TRIGGER reports_index_edition_stays ON reports_indexedition;
DROP FUNCTION reports_guard_index_edition;
DROP TRIGGER reports_index_rule_stays ON reports_indexrule;
DROP FUNCTION reports_guard_index_rule;
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_guards")]

    operations = [
        migrations.RunSQL([AUDITS_ANSWER, AUDITS_INVOLVED, AUDITS_SCORE, AUDITS_VERDICT], AUDITS_DROP),
        migrations.RunSQL([COMMITMENT_RULE, COMMITMENT_EDITION, COMMITMENT_REPLY], COMMITMENT_DROP),
    ]
