"""What the database refuses of an audit: a scorer who acted on the case, a third score, a verdict the scores do not bear."""

from django.db import migrations

# The case is deleted by a function of the database, which knows nothing of this table.
ANSWER = """
ALTER TABLE reports_audititem ADD CONSTRAINT reports_audititem_answer FOREIGN KEY (answer_id)
    REFERENCES complaints_answer (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
"""

INVOLVED = """
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

SCORE = """
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
    RAISE EXCEPTION 'a score stays as it was given' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reports_score_stays BEFORE UPDATE ON reports_auditscore
    FOR EACH ROW EXECUTE FUNCTION reports_keep_score();
"""

VERDICT = """
CREATE FUNCTION reports_guard_verdict() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    given integer;
    agreeing integer;
    own integer;
BEGIN
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
CREATE TRIGGER reports_verdict_is_borne BEFORE UPDATE OF verdict, settled_by_id, needs_second ON reports_audititem
    FOR EACH ROW EXECUTE FUNCTION reports_guard_verdict();
"""

DROP = """
DROP TRIGGER reports_verdict_is_borne ON reports_audititem;
DROP FUNCTION reports_guard_verdict;
DROP TRIGGER reports_score_stays ON reports_auditscore;
DROP FUNCTION reports_keep_score;
DROP TRIGGER reports_score_is_allowed ON reports_auditscore;
DROP FUNCTION reports_guard_score;
DROP FUNCTION reports_is_involved;
ALTER TABLE reports_audititem DROP CONSTRAINT reports_audititem_answer;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_audits"),
    ]

    operations = [
        migrations.RunSQL([ANSWER, INVOLVED, SCORE, VERDICT], DROP),
    ]
