"""Corrections of topic and kind, praise that is passed on, and answers that anybody may read.

The database lets praise end by being passed on, and refuses to show an identity that was hidden.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Concat

from complaints.models.case import ArabicStrip

BEFORE = """
    ('accept', 'referred', 'in_progress'),
    ('archive', 'triage', 'closed'),
    ('ask', 'in_progress', 'waiting'),
    ('ask', 'referred', 'waiting'),
    ('ask', 'triage', 'waiting'),
    ('close', 'in_progress', 'closed'),
    ('close', 'referred', 'closed'),
    ('correct', 'closed', 'in_progress'),
    ('decline', 'referred', 'triage'),
    ('dismiss', 'objected', 'closed'),
    ('extend', 'in_progress', 'in_progress'),
    ('file', '', 'referred'),
    ('file', '', 'triage'),
    ('lapse', 'waiting', 'in_progress'),
    ('lapse', 'waiting', 'referred'),
    ('lapse', 'waiting', 'triage'),
    ('object', 'closed', 'objected'),
    ('refer', 'in_progress', 'referred'),
    ('refer', 'referred', 'referred'),
    ('refer', 'triage', 'referred'),
    ('reply', 'waiting', 'in_progress'),
    ('reply', 'waiting', 'referred'),
    ('reply', 'waiting', 'triage'),
    ('return', 'in_progress', 'triage'),
    ('uphold', 'objected', 'in_progress'),
    ('uphold', 'objected', 'triage'),
    ('withdraw', 'in_progress', 'closed'),
    ('withdraw', 'objected', 'closed'),
    ('withdraw', 'referred', 'closed'),
    ('withdraw', 'triage', 'closed'),
    ('withdraw', 'waiting', 'closed')
"""
ADDED = """,
    ('deliver', 'in_progress', 'closed'),
    ('deliver', 'referred', 'closed')
"""


def edge_function(edges: str) -> str:
    """Return the function that knows the edges of the table of actions."""
    return f"""
CREATE OR REPLACE FUNCTION complaints_is_edge(action text, source text, target text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT EXISTS (SELECT 1 FROM (VALUES {edges}) AS edge(a, s, t) WHERE a = action AND s = source AND t = target)
$$;
"""  # noqa: S608 - the edges are literals above


# Correcting the topic or the kind of a case must not tell its agency who filed it.
HIDING_GUARD = """
CREATE FUNCTION complaints_guard_hiding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the identity of case % stays hidden', NEW.id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER complaints_case_stays_hidden AFTER UPDATE OF hides_identity ON complaints_case
    FOR EACH ROW WHEN (OLD.hides_identity AND NOT NEW.hides_identity) EXECUTE FUNCTION complaints_guard_hiding();
"""
NO_HIDING_GUARD = """
DROP TRIGGER complaints_case_stays_hidden ON complaints_case;
DROP FUNCTION complaints_guard_hiding();
"""

KINDS = [
    ("complaint", "Complaint"),
    ("suggestion", "Suggestion"),
    ("inquiry", "Inquiry"),
    ("praise", "Praise"),
]


def key(to: str, *, is_optional: bool = False) -> Any:
    """Return a foreign key that keeps the row it points to."""
    keeps = django.db.models.deletion.PROTECT
    if is_optional:
        return models.ForeignKey(blank=True, null=True, on_delete=keeps, related_name="+", to=to)
    return models.ForeignKey(on_delete=keeps, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0013_ratings"),
        ("agencies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Classification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind_before", models.CharField(choices=KINDS, max_length=12)),
                ("kind_after", models.CharField(choices=KINDS, max_length=12)),
                ("after_closing", models.BooleanField(default=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("agency", key("agencies.agency", is_optional=True)),
                ("by", key(settings.AUTH_USER_MODEL)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="classifications",
                        to="complaints.case",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.caseevent"
                    ),
                ),
                ("topic_after", key("agencies.topic")),
                ("topic_before", key("agencies.topic", is_optional=True)),
            ],
            options={
                "verbose_name": "correction of topic or kind",
                "ordering": ["at", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("event").bitrightshift(20))),
                        name="classification_event_is_of_its_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(topic_before__isnull=True)
                        | ~models.Q(topic_after=models.F("topic_before"))
                        | ~models.Q(kind_after=models.F("kind_before")),
                        name="classification_corrects_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question_ar", models.CharField(max_length=200)),
                ("question_en", models.CharField(max_length=200)),
                ("answer_ar", models.TextField(max_length=3000)),
                ("answer_en", models.TextField(max_length=3000)),
                ("review_on", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=ArabicStrip(
                            Concat(
                                *("question_ar", models.Value(" "), "question_en", models.Value(" ")),
                                *("answer_ar", models.Value(" "), "answer_en"),
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "folded_question",
                    models.GeneratedField(
                        db_persist=True,
                        expression=ArabicStrip(
                            Concat("question_ar", models.Value(" "), "question_en", output_field=models.TextField())
                        ),
                        output_field=models.TextField(),
                    ),
                ),
                ("changed_by", key(settings.AUTH_USER_MODEL)),
                ("made_by", key(settings.AUTH_USER_MODEL)),
                ("topic", key("agencies.topic")),
            ],
            options={
                "verbose_name": "published answer",
                "verbose_name_plural": "published answers",
                "ordering": ["-changed_at", "-id"],
            },
        ),
        migrations.RunSQL(edge_function(BEFORE + ADDED), edge_function(BEFORE)),
        migrations.RunSQL(HIDING_GUARD, NO_HIDING_GUARD),
    ]
