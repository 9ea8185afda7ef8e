"""Interfaces of outside centres and of agencies' own systems: how a case was handed over, what a centre reported."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

# As in 0003: while a hold is in force, words stay. What a centre wrote, and the number it gave, are words.
HOLDS = """
CREATE OR REPLACE TRIGGER complaints_handover_given_number_is_held AFTER UPDATE OF given_reference ON complaints_handover
    FOR EACH ROW
    WHEN (OLD.given_reference <> NEW.given_reference AND NEW.given_reference IN ('', '—'))
    EXECUTE FUNCTION complaints_refuse_erasing();
CREATE OR REPLACE TRIGGER complaints_centrereport_words_are_held AFTER UPDATE OF text ON complaints_centrereport
    FOR EACH ROW
    WHEN (OLD.text <> NEW.text AND NEW.text IN ('', '—')) EXECUTE FUNCTION complaints_refuse_erasing();
CREATE OR REPLACE TRIGGER complaints_centrereport_is_held AFTER DELETE ON complaints_centrereport FOR EACH ROW
    EXECUTE FUNCTION complaints_refuse_erasing();
"""
#: The columns of complaints.retention.erasing.WORDS that these triggers add; a test compares them.
WORDS = {"handover": ("given_reference",), "centrereport": ("text",)}
DROP_HOLDS = """
DROP TRIGGER complaints_centrereport_is_held ON complaints_centrereport;
DROP TRIGGER complaints_centrereport_words_are_held ON complaints_centrereport;
DROP TRIGGER complaints_handover_given_number_is_held ON complaints_handover;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_centre_interfaces"),
        ("complaints", "0009_ratings_by_agents"),
        ("notifications", "0003_programs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AgencySystem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "agency",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="system", to="agencies.agency"
                    ),
                ),
                (
                    "endpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notifications.endpoint"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "case system of an agency", "verbose_name_plural": "case systems of agencies"},
        ),
        migrations.CreateModel(
            name="CentreReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=60)),
                ("meaning", models.CharField(blank=True, max_length=10)),
                ("text", models.TextField(blank=True, max_length=3000)),
                ("said_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="complaints.case"
                    ),
                ),
                (
                    "handover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reports",
                        to="complaints.handover",
                    ),
                ),
            ],
            options={
                "verbose_name": "report of an outside centre",
                "verbose_name_plural": "reports of outside centres",
                "ordering": ["said_at", "id"],
            },
        ),
        migrations.RemoveConstraint(model_name="handover", name="handover_return_has_its_event"),
        migrations.AddField(
            model_name="handover",
            name="given_reference",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AddField(
            model_name="handover",
            name="way",
            field=models.CharField(
                choices=[
                    ("phone", "by phone"),
                    ("email", "by e-mail"),
                    ("webhook", "through its interface"),
                ],
                db_default="phone",
                default="phone",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="handover", name="reference", field=models.CharField(blank=True, max_length=60)
        ),
        AddConstraintNotValid(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by__isnull", True), ("return_event__isnull", False), _connector="OR"),
                name="handover_recorded_has_its_event",
            ),
        ),
        migrations.RunSQL(HOLDS, DROP_HOLDS),
    ]
