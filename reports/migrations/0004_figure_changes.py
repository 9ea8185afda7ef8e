"""Triggers that note which cases changed, for the kept figures."""

from django.db import migrations

#: Whoever changes what figures are made of notes the case in the same transaction. A bulk insert notes each case once.
FIGURES_NOTE_CHANGES = """
CREATE OR REPLACE FUNCTION reports_note_cases() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) SELECT DISTINCT case_id FROM changed;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION reports_note_case() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) VALUES (OLD.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION reports_note_message() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_figurechange (case_id) SELECT id FROM complaints_case WHERE reference = NEW.reference;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION reports_note_audited() RETURNS trigger
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
    dependencies = [("reports", "0003_audit_guards")]

    operations = [
        migrations.RunSQL(FIGURES_NOTE_CHANGES, FIGURES_FORGET_CHANGES),
    ]
