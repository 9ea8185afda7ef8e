"""What a worker keeps of the texts of open cases, and the triggers that note which are to be read."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

NOTE_CASES = """
CREATE FUNCTION complaints_note_suggestions() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO complaints_suggestionsdue (case_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER complaints_new_case_suggests AFTER INSERT ON complaints_case
    FOR EACH ROW EXECUTE FUNCTION complaints_note_suggestions();
CREATE TRIGGER complaints_case_suggests AFTER UPDATE ON complaints_case FOR EACH ROW
    WHEN (
        (OLD.state = 'closed') <> (NEW.state = 'closed') OR (OLD.state = 'triage') <> (NEW.state = 'triage')
        OR (OLD.subject, OLD.details, OLD.kind, OLD.topic_id, OLD.agency_id)
            IS DISTINCT FROM (NEW.subject, NEW.details, NEW.kind, NEW.topic_id, NEW.agency_id)
        OR (OLD.governorate_id, OLD.area, OLD.place) IS DISTINCT FROM (NEW.governorate_id, NEW.area, NEW.place)
    ) EXECUTE FUNCTION complaints_note_suggestions();
"""
FORGET_CASES = """
DROP TRIGGER complaints_case_suggests ON complaints_case;
DROP TRIGGER complaints_new_case_suggests ON complaints_case;
DROP FUNCTION complaints_note_suggestions();
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0018_reported_steps")]

    operations = [
        migrations.CreateModel(
            name="SuggestionsDue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case_id", models.BigIntegerField(db_index=True)),
                ("noted_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={"verbose_name": "suggestions due"},
        ),
        migrations.CreateModel(
            name="OwnerClues",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="complaints.case",
                    ),
                ),
                ("edition", models.CharField(max_length=60)),
                ("clues", models.JSONField()),
            ],
            options={"verbose_name": "clues to an owner"},
        ),
        migrations.CreateModel(
            name="Likeness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.FloatField()),
                (
                    "case",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="likenesses",
                        to="complaints.case",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alike",
                        to="complaints.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "likeness",
                "constraints": [
                    models.UniqueConstraint(fields=("case", "other"), name="likeness_once_per_pair"),
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("other")), _negated=True), name="likeness_of_two_cases"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 1)), name="likeness_is_a_share"
                    ),
                ],
            },
        ),
        migrations.RunSQL(NOTE_CASES, FORGET_CASES),
    ]
