"""What the database itself refuses of reports, annexes, directives and phenomena; it notes cases whose figures change."""

from django.db import migrations

# The one escape is for the flush of a transactional test: a test database that names itself so.
DIRECTIVES_GUARDS = r"""
CREATE FUNCTION reports_keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_database() LIKE 'test\_%' AND current_setting('history.flush_for_tests', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'rows of % are neither changed nor deleted', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reports_directive_steps_are_kept BEFORE UPDATE OR DELETE ON reports_directivestep
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directive_files_are_kept BEFORE UPDATE OR DELETE ON reports_directivefile
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directive_notices_are_kept BEFORE UPDATE OR DELETE ON reports_directivenotice
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_directives_are_kept BEFORE DELETE ON reports_directive
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();

CREATE FUNCTION reports_guard_directive() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    moving CONSTANT text[] := ARRAY['state', 'version', 'due_on'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NEW.version <> 1 THEN
            RAISE EXCEPTION 'a directive begins by being issued' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving THEN
        RAISE EXCEPTION 'what directive % says does not change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.version <> OLD.version + 1 OR (OLD.state, NEW.state) NOT IN (
        ('open', 'open'), ('open', 'reported'), ('reported', 'open'), ('reported', 'closed'),
        ('open', 'withdrawn'), ('reported', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'directive % does not go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.due_on <> OLD.due_on AND (OLD.state, NEW.state) <> ('reported', 'open') THEN
        RAISE EXCEPTION 'the day of directive % moves only when it is sent back', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'reported' AND NOT EXISTS (
        SELECT FROM reports_directivefile file JOIN reports_directivestep step ON step.id = file.step_id
        WHERE step.directive_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'directive % has no evidence', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_directive_moves BEFORE INSERT OR UPDATE ON reports_directive
    FOR EACH ROW EXECUTE FUNCTION reports_guard_directive();

CREATE FUNCTION reports_require_step() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reports_directivestep step WHERE step.directive_id = NEW.id AND step.number = NEW.version
    ) THEN
        RAISE EXCEPTION 'directive % changed without a step', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER reports_directive_has_step AFTER INSERT OR UPDATE ON reports_directive
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION reports_require_step();
"""

DIRECTIVES_NO_GUARDS = """
DROP TRIGGER reports_directive_has_step ON reports_directive;
DROP FUNCTION reports_require_step();
DROP TRIGGER reports_directive_moves ON reports_directive;
DROP FUNCTION reports_guard_directive();
DROP TRIGGER reports_directives_are_kept ON reports_directive;
DROP TRIGGER reports_directive_notices_are_kept ON reports_directivenotice;
DROP TRIGGER reports_directive_files_are_kept ON reports_directivefile;
DROP TRIGGER reports_directive_steps_are_kept ON reports_directivestep;
DROP FUNCTION reports_keep_rows();
"""

# The escape is for the flush of a transactional test, as for the history of cases.
PERIODIC_REPORT_GUARD = """
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
PERIODIC_COMMENT_GUARD = """
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

PERIODIC_DROP = """
DROP TRIGGER reports_comment_on_draft ON reports_sectioncomment;
DROP FUNCTION reports_guard_comment();
DROP TRIGGER reports_periodic_frozen ON reports_periodicreport;
DROP FUNCTION reports_guard_periodic();
"""

CIRCULATION_GUARDS = r"""
CREATE TRIGGER reports_annex_answers_are_kept BEFORE UPDATE OR DELETE ON reports_annexanswer
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annex_files_are_kept BEFORE UPDATE OR DELETE ON reports_annexfile
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annex_notices_are_kept BEFORE UPDATE OR DELETE ON reports_annexnotice
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_annexes_are_kept BEFORE DELETE ON reports_annex
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();
CREATE TRIGGER reports_circulations_are_kept BEFORE DELETE ON reports_circulation
    FOR EACH ROW EXECUTE FUNCTION reports_keep_rows();

CREATE FUNCTION reports_guard_annex() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opening CONSTANT text[] := ARRAY['opened_at', 'opened_by_id'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.sha256 <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
            RAISE EXCEPTION 'the digest of an annex is that of its content'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - opening IS DISTINCT FROM to_jsonb(OLD) - opening OR OLD.opened_at IS NOT NULL THEN
        RAISE EXCEPTION 'annex % is frozen, and is first opened once', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_annex_is_frozen BEFORE INSERT OR UPDATE ON reports_annex
    FOR EACH ROW EXECUTE FUNCTION reports_guard_annex();

CREATE FUNCTION reports_guard_circulation() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reports_periodicreport report WHERE report.id = NEW.report_id AND report.state = 'released'
    ) THEN
        RAISE EXCEPTION 'report % is not released', NEW.report_id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reports_circulation_of_a_released_report BEFORE INSERT ON reports_circulation
    FOR EACH ROW EXECUTE FUNCTION reports_guard_circulation();
"""

CIRCULATION_NO_GUARDS = """
DROP TRIGGER reports_circulation_of_a_released_report ON reports_circulation;
DROP FUNCTION reports_guard_circulation();
DROP TRIGGER reports_annex_is_frozen ON reports_annex;
DROP FUNCTION reports_guard_annex();
DROP TRIGGER reports_circulations_are_kept ON reports_circulation;
DROP TRIGGER reports_annexes_are_kept ON reports_annex;
DROP TRIGGER reports_annex_notices_are_kept ON reports_annexnotice;
DROP TRIGGER reports_annex_files_are_kept ON reports_annexfile;
DROP TRIGGER reports_annex_answers_are_kept ON reports_annexanswer;
"""

PHENOMENA_GUARDS = """
ALTER TABLE reports_phenomenoncase ADD CONSTRAINT reports_phenomenoncase_case FOREIGN KEY (case_id)
    REFERENCES complaints_case (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION reports_refuse_entry_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was said of a phenomenon stays as it was written'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reports_phenomenon_entry_stays BEFORE UPDATE OR DELETE ON reports_phenomenonentry
    FOR EACH ROW EXECUTE FUNCTION reports_refuse_entry_change();
"""

PHENOMENA_NO_GUARDS = """
DROP TRIGGER reports_phenomenon_entry_stays ON reports_phenomenonentry;
DROP FUNCTION reports_refuse_entry_change();
ALTER TABLE reports_phenomenoncase DROP CONSTRAINT reports_phenomenoncase_case;
"""

# Whoever changes what figures are made of notes the case in the same transaction. A bulk insert notes each case once.
FIGURES_NOTE_CHANGES = """
CREATE FUNCTION reports_note_cases() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) SELECT DISTINCT case_id FROM changed;
    RETURN NULL;
END $$;
CREATE FUNCTION reports_note_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) VALUES (OLD.id);
    RETURN NULL;
END $$;
CREATE FUNCTION reports_note_message() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) SELECT id FROM complaints_case WHERE reference = NEW.reference;
    RETURN NULL;
END $$;
CREATE FUNCTION reports_note_audited() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    -- Verdicts count once their round is over, all of them then.
    INSERT INTO reports_figurechange (case_id)
    SELECT answer.case_id FROM reports_auditsample AS own
    JOIN reports_auditsample AS sample ON sample.round_id = own.round_id
    JOIN reports_audititem AS item ON item.sample_id = sample.id
    JOIN complaints_answer AS answer ON answer.id = item.answer_id
    WHERE own.id = NEW.sample_id AND NOT EXISTS (
        SELECT FROM reports_audititem AS waiting JOIN reports_auditsample AS other ON other.id = waiting.sample_id
        WHERE waiting.verdict = '' AND waiting.answer_id IS NOT NULL AND other.round_id = own.round_id
    );
    RETURN NULL;
END $$;
CREATE TRIGGER reports_new_verdict_changes_figures AFTER INSERT ON reports_audititem
    FOR EACH ROW WHEN (NEW.verdict <> '') EXECUTE FUNCTION reports_note_audited();
CREATE TRIGGER reports_verdict_changes_figures AFTER UPDATE OF verdict ON reports_audititem
    FOR EACH ROW EXECUTE FUNCTION reports_note_audited();
CREATE TRIGGER reports_event_changes_figures AFTER INSERT ON complaints_caseevent
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_note_cases();
CREATE TRIGGER reports_link_changes_figures AFTER INSERT ON complaints_caselink
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_note_cases();
CREATE TRIGGER reports_end_of_link_changes_figures AFTER UPDATE ON complaints_caselink
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_note_cases();
CREATE TRIGGER reports_recurrence_changes_figures AFTER INSERT ON complaints_recurrence
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_note_cases();
CREATE TRIGGER reports_deletion_changes_figures AFTER DELETE ON complaints_case
    FOR EACH ROW EXECUTE FUNCTION reports_note_case();
CREATE TRIGGER reports_new_message_changes_figures AFTER INSERT ON notifications_message
    FOR EACH ROW WHEN (NEW.state = 'undeliverable' AND NEW.reference <> '')
    EXECUTE FUNCTION reports_note_message();
CREATE TRIGGER reports_message_changes_figures AFTER UPDATE OF state ON notifications_message
    FOR EACH ROW WHEN (OLD.state <> NEW.state AND 'undeliverable' IN (OLD.state, NEW.state) AND NEW.reference <> '')
    EXECUTE FUNCTION reports_note_message();
"""

FIGURES_FORGET_CHANGES = """
DROP TRIGGER reports_new_verdict_changes_figures ON reports_audititem;
DROP TRIGGER reports_verdict_changes_figures ON reports_audititem;
DROP TRIGGER reports_event_changes_figures ON complaints_caseevent;
DROP TRIGGER reports_link_changes_figures ON complaints_caselink;
DROP TRIGGER reports_end_of_link_changes_figures ON complaints_caselink;
DROP TRIGGER reports_recurrence_changes_figures ON complaints_recurrence;
DROP TRIGGER reports_deletion_changes_figures ON complaints_case;
DROP TRIGGER reports_new_message_changes_figures ON notifications_message;
DROP TRIGGER reports_message_changes_figures ON notifications_message;
DROP FUNCTION reports_note_cases();
DROP FUNCTION reports_note_case();
DROP FUNCTION reports_note_message();
DROP FUNCTION reports_note_audited();
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("complaints", "0003_erasure_guards")]

    operations = [
        migrations.RunSQL(sql=DIRECTIVES_GUARDS, reverse_sql=DIRECTIVES_NO_GUARDS),
        migrations.RunSQL(PERIODIC_REPORT_GUARD + PERIODIC_COMMENT_GUARD, PERIODIC_DROP),
        migrations.RunSQL(sql=CIRCULATION_GUARDS, reverse_sql=CIRCULATION_NO_GUARDS),
        migrations.RunSQL(sql=PHENOMENA_GUARDS, reverse_sql=PHENOMENA_NO_GUARDS),
        migrations.RunSQL(FIGURES_NOTE_CHANGES, FIGURES_FORGET_CHANGES),
    ]
