"""Explanations of a delay: what the leadership of an agency asks, and what the desk answers."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

# As in 0003: while a hold is in force, words stay.
HOLDS = """
CREATE OR REPLACE TRIGGER complaints_explanation_words_are_held AFTER UPDATE OF question, answer ON complaints_explanation
    FOR EACH ROW
    WHEN ((OLD.question <> NEW.question AND NEW.question IN ('', '—')) OR (OLD.answer <> NEW.answer AND NEW.answer IN ('', '—')))
    EXECUTE FUNCTION complaints_refuse_erasing();
CREATE OR REPLACE TRIGGER complaints_explanation_is_held AFTER DELETE ON complaints_explanation FOR EACH ROW
    EXECUTE FUNCTION complaints_refuse_erasing();
"""
#: The columns of complaints.retention.erasing.WORDS that these triggers add; a test compares them.
WORDS = {"explanation": ("question", "answer")}
DROP_HOLDS = """
DROP TRIGGER complaints_explanation_is_held ON complaints_explanation;
DROP TRIGGER complaints_explanation_words_are_held ON complaints_explanation;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0006_public_topics_are_checked"),
        ("complaints", "0016_case_last_directorate"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Explanation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.TextField(max_length=3000)),
                ("asked_at", models.DateTimeField()),
                ("answer", models.TextField(blank=True, max_length=3000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="explanations", to="complaints.case"
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.caseevent"
                    ),
                ),
                (
                    "answer_event",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="complaints.caseevent",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "explanation of a delay",
                "ordering": ["asked_at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "case",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("event"), ">>", models.Value(20)
                                ),
                            ),
                            (
                                "case",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("answer_event"), ">>", models.Value(20)
                                ),
                            ),
                        ),
                        name="explanation_events_are_of_its_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("case", "agency"),
                        name="explanation_one_open_per_case_and_agency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", ""),
                                ("answer_event", None),
                                ("answered_at__isnull", True),
                                ("answered_by", None),
                            ),
                            models.Q(
                                ("answer_event__isnull", False),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="explanation_is_answered_by_somebody_in_words",
                    ),
                ],
            },
        ),
        migrations.RunSQL(HOLDS, DROP_HOLDS),
    ]
