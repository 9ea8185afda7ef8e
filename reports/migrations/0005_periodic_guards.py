"""What the database itself refuses of periodic reports: a change of what was approved, a digest that is not that of the
content, a comment on what is no draft, and a review or approval by somebody whose own words are in the report.
"""

from django.db import migrations

# The escape is for the flush of a transactional test, as for the history of cases.
REPORT_GUARD = """
CREATE FUNCTION reports_guard_periodic() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state IN ('approved', 'released') AND (current_database() LIKE 'test\\_%'
            AND current_setting('history.flush_for_tests', true) = 'on') IS NOT TRUE THEN
            RAISE EXCEPTION 'report % is frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'writing' THEN
            RAISE EXCEPTION 'a report begins by being written' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('approved', 'released') THEN
        IF OLD.state = 'approved' AND NEW.state = 'released' AND NOT EXISTS (
                SELECT FROM reports_periodicreport AS newer
                WHERE (newer.kind, newer.first, newer.last) = (OLD.kind, OLD.first, OLD.last)
                    AND newer.number > OLD.number AND newer.state = 'released'
            )
            AND to_jsonb(NEW) - 'state' - 'released_by_id' - 'released_at'
                = to_jsonb(OLD) - 'state' - 'released_by_id' - 'released_at' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'report % is frozen', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.kind, NEW.first, NEW.last, NEW.number, NEW.corrects_id, NEW.what_changed, NEW.made_by_id)
        IS DISTINCT FROM
        (OLD.kind, OLD.first, OLD.last, OLD.number, OLD.corrects_id, OLD.what_changed, OLD.made_by_id) THEN
        RAISE EXCEPTION 'report % keeps its period and what it corrects', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'released' OR (NEW.state = 'approved'
        AND (OLD.state <> 'review' OR OLD.reviewed_by_id IS DISTINCT FROM NEW.reviewed_by_id
            OR NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex'))) THEN
        RAISE EXCEPTION 'report % is approved after its review, with its own digest', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- What a correction says of itself was written by whoever made it.
    IF (NEW.corrects_id IS NOT NULL AND NEW.made_by_id IN (NEW.reviewed_by_id, NEW.approved_by_id)) OR EXISTS (
        SELECT FROM reports_sectioncomment AS comment
        WHERE comment.report_id = NEW.id
            AND comment.writers && array_remove(ARRAY[NEW.reviewed_by_id, NEW.approved_by_id], NULL)
    ) THEN
        RAISE EXCEPTION 'report % is checked by somebody who wrote none of it', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_periodic_frozen BEFORE INSERT OR UPDATE OR DELETE ON reports_periodicreport
    FOR EACH ROW EXECUTE FUNCTION reports_guard_periodic();
"""

# The lock lets a comment wait for whoever is sending, reviewing or approving the report just now.
COMMENT_GUARD = """
CREATE FUNCTION reports_guard_comment() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE found text;
BEGIN
    IF current_database() LIKE 'test\\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    SELECT state INTO found FROM reports_periodicreport
    WHERE id = COALESCE(NEW.report_id, OLD.report_id) FOR SHARE;
    IF found NOT IN ('writing', 'draft') OR (TG_OP = 'UPDATE' AND NEW.report_id <> OLD.report_id) THEN
        RAISE EXCEPTION 'comments are written on drafts only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    -- A new version brings the writers of its comments along; later ones are added, and none is ever taken away.
    NEW.writers := ARRAY(SELECT DISTINCT unnest(NEW.writers || NEW.written_by_id));
    IF TG_OP = 'UPDATE' THEN
        NEW.writers := ARRAY(SELECT DISTINCT unnest(OLD.writers || NEW.writers));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_comment_on_draft BEFORE INSERT OR UPDATE OR DELETE ON reports_sectioncomment
    FOR EACH ROW EXECUTE FUNCTION reports_guard_comment();
"""
DROP = """
DROP TRIGGER reports_comment_on_draft ON reports_sectioncomment;
DROP FUNCTION reports_guard_comment();
DROP TRIGGER reports_periodic_frozen ON reports_periodicreport;
DROP FUNCTION reports_guard_periodic();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_periodic_reports")]

    operations = [migrations.RunSQL(REPORT_GUARD + COMMENT_GUARD, DROP)]
