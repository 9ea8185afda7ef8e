"""The tables of kept figures, and the triggers that note which cases changed."""

import django.db.models.functions.datetime
from django.db import migrations, models

#: Whoever changes what figures are made of notes the case in the same transaction. A bulk insert notes each case once.
NOTE_CHANGES = """
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

FORGET_CHANGES = """
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
    dependencies = [
        ("complaints", "0003_erasure_guards"),
        ("notifications", "0002_guards"),
        ("reports", "0009_circulation"),
    ]

    operations = [
        migrations.CreateModel(
            name="FigureChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField()),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name": "changed case",
            },
        ),
        migrations.CreateModel(
            name="FigureDuration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency_id", models.BigIntegerField(null=True)),
                ("topic_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=12, null=True)),
                ("channel", models.CharField(max_length=12, null=True)),
                ("governorate_id", models.BigIntegerField(null=True)),
                ("rolled_up", models.SmallIntegerField()),
                ("month", models.DateField()),
                ("origin_month", models.DateField()),
                ("acts", models.CharField(max_length=8)),
                ("days", models.IntegerField()),
                ("number", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "kept duration",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "rolled_up",
                            "month",
                            "origin_month",
                            "agency_id",
                            "topic_id",
                            "kind",
                            "channel",
                            "governorate_id",
                            "acts",
                            "days",
                        ),
                        name="figure_duration_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("acts__in", ["decided", "answered"])), name="figure_duration_acts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency_id", models.BigIntegerField(null=True)),
                ("topic_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=12, null=True)),
                ("channel", models.CharField(max_length=12, null=True)),
                ("governorate_id", models.BigIntegerField(null=True)),
                ("received", models.BigIntegerField(null=True)),
                ("came_back", models.BigIntegerField(null=True)),
                ("closed", models.BigIntegerField(null=True)),
                ("confirmed", models.BigIntegerField(null=True)),
                ("disputed", models.BigIntegerField(null=True)),
                ("unanswered", models.BigIntegerField(null=True)),
                ("rated", models.BigIntegerField(null=True)),
                ("treated", models.BigIntegerField(null=True)),
                ("treatment", models.BigIntegerField(null=True)),
                ("decided", models.BigIntegerField(null=True)),
                ("decided_in_time", models.BigIntegerField(null=True)),
                ("answered", models.BigIntegerField(null=True)),
                ("answered_in_time", models.BigIntegerField(null=True)),
                ("challenged", models.BigIntegerField(null=True)),
                ("bounced", models.BigIntegerField(null=True)),
                ("extended", models.BigIntegerField(null=True)),
                ("objected", models.BigIntegerField(null=True)),
                ("upheld", models.BigIntegerField(null=True)),
                ("failed", models.BigIntegerField(null=True)),
                ("reclassified", models.BigIntegerField(null=True)),
                ("audited", models.BigIntegerField(null=True)),
                ("hollow", models.BigIntegerField(null=True)),
                ("outcome_solved", models.BigIntegerField(null=True)),
                ("outcome_partly", models.BigIntegerField(null=True)),
                ("outcome_refused_with_reason", models.BigIntegerField(null=True)),
                ("outcome_answered", models.BigIntegerField(null=True)),
                ("outcome_thanked", models.BigIntegerField(null=True)),
                ("outcome_adopted", models.BigIntegerField(null=True)),
                ("outcome_not_adopted", models.BigIntegerField(null=True)),
                ("outcome_withdrawn", models.BigIntegerField(null=True)),
                ("outcome_no_reply", models.BigIntegerField(null=True)),
                ("outcome_inadmissible", models.BigIntegerField(null=True)),
                ("pending", models.BigIntegerField(null=True)),
                ("late", models.BigIntegerField(null=True)),
                ("age_week", models.BigIntegerField(null=True)),
                ("age_month", models.BigIntegerField(null=True)),
                ("age_quarter", models.BigIntegerField(null=True)),
                ("age_older", models.BigIntegerField(null=True)),
                ("rest_desk", models.BigIntegerField(null=True)),
                ("rest_directorate", models.BigIntegerField(null=True)),
                ("rest_citizen", models.BigIntegerField(null=True)),
                ("rest_unit", models.BigIntegerField(null=True)),
                ("rest_outside", models.BigIntegerField(null=True)),
                ("held_desk", models.BigIntegerField(null=True)),
                ("held_directorate", models.BigIntegerField(null=True)),
                ("held_citizen", models.BigIntegerField(null=True)),
                ("held_unit", models.BigIntegerField(null=True)),
                ("held_outside", models.BigIntegerField(null=True)),
                ("case_id", models.BigIntegerField(db_index=True)),
                ("moment", models.DateTimeField()),
                ("origin", models.DateTimeField()),
                ("decide_days", models.IntegerField(null=True)),
                ("answer_days", models.IntegerField(null=True)),
            ],
            options={
                "verbose_name": "entry of figures",
                "indexes": [
                    models.Index(fields=["moment"], name="figure_entry_moment"),
                    models.Index(fields=["origin"], name="figure_entry_origin"),
                    models.Index(fields=["agency_id", "moment"], name="figure_entry_agency"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FigureState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateTimeField(null=True)),
                ("position", models.BigIntegerField(default=0)),
                ("month", models.DateField(null=True)),
                ("counting_to", models.DateTimeField(null=True)),
                ("calendar", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "state of kept figures",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="figure_state_is_one")],
            },
        ),
        migrations.CreateModel(
            name="FigureTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency_id", models.BigIntegerField(null=True)),
                ("topic_id", models.BigIntegerField(null=True)),
                ("kind", models.CharField(max_length=12, null=True)),
                ("channel", models.CharField(max_length=12, null=True)),
                ("governorate_id", models.BigIntegerField(null=True)),
                ("received", models.BigIntegerField(null=True)),
                ("came_back", models.BigIntegerField(null=True)),
                ("closed", models.BigIntegerField(null=True)),
                ("confirmed", models.BigIntegerField(null=True)),
                ("disputed", models.BigIntegerField(null=True)),
                ("unanswered", models.BigIntegerField(null=True)),
                ("rated", models.BigIntegerField(null=True)),
                ("treated", models.BigIntegerField(null=True)),
                ("treatment", models.BigIntegerField(null=True)),
                ("decided", models.BigIntegerField(null=True)),
                ("decided_in_time", models.BigIntegerField(null=True)),
                ("answered", models.BigIntegerField(null=True)),
                ("answered_in_time", models.BigIntegerField(null=True)),
                ("challenged", models.BigIntegerField(null=True)),
                ("bounced", models.BigIntegerField(null=True)),
                ("extended", models.BigIntegerField(null=True)),
                ("objected", models.BigIntegerField(null=True)),
                ("upheld", models.BigIntegerField(null=True)),
                ("failed", models.BigIntegerField(null=True)),
                ("reclassified", models.BigIntegerField(null=True)),
                ("audited", models.BigIntegerField(null=True)),
                ("hollow", models.BigIntegerField(null=True)),
                ("outcome_solved", models.BigIntegerField(null=True)),
                ("outcome_partly", models.BigIntegerField(null=True)),
                ("outcome_refused_with_reason", models.BigIntegerField(null=True)),
                ("outcome_answered", models.BigIntegerField(null=True)),
                ("outcome_thanked", models.BigIntegerField(null=True)),
                ("outcome_adopted", models.BigIntegerField(null=True)),
                ("outcome_not_adopted", models.BigIntegerField(null=True)),
                ("outcome_withdrawn", models.BigIntegerField(null=True)),
                ("outcome_no_reply", models.BigIntegerField(null=True)),
                ("outcome_inadmissible", models.BigIntegerField(null=True)),
                ("pending", models.BigIntegerField(null=True)),
                ("late", models.BigIntegerField(null=True)),
                ("age_week", models.BigIntegerField(null=True)),
                ("age_month", models.BigIntegerField(null=True)),
                ("age_quarter", models.BigIntegerField(null=True)),
                ("age_older", models.BigIntegerField(null=True)),
                ("rest_desk", models.BigIntegerField(null=True)),
                ("rest_directorate", models.BigIntegerField(null=True)),
                ("rest_citizen", models.BigIntegerField(null=True)),
                ("rest_unit", models.BigIntegerField(null=True)),
                ("rest_outside", models.BigIntegerField(null=True)),
                ("held_desk", models.BigIntegerField(null=True)),
                ("held_directorate", models.BigIntegerField(null=True)),
                ("held_citizen", models.BigIntegerField(null=True)),
                ("held_unit", models.BigIntegerField(null=True)),
                ("held_outside", models.BigIntegerField(null=True)),
                ("rolled_up", models.SmallIntegerField()),
                ("month", models.DateField()),
                ("origin_month", models.DateField()),
            ],
            options={
                "verbose_name": "kept total",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "rolled_up",
                            "month",
                            "origin_month",
                            "agency_id",
                            "topic_id",
                            "kind",
                            "channel",
                            "governorate_id",
                        ),
                        name="figure_total_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(NOTE_CHANGES, FORGET_CHANGES),
    ]
