"""The lexicon by which answers to citizens are judged."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

CATEGORIES = [
    ("courtesy", "Greetings and thanks"),
    ("formula", "Formula of closing"),
    ("process", "Looked at, discussed, in progress"),
    ("promise", "Promise"),
    ("referral", "Passed on to others"),
    ("padding", "General assurance"),
    ("blame", "Blame"),
    ("retelling", "The complaint retold"),
    ("act", "Something done"),
    ("reason", "Cause"),
    ("basis", "Legal basis"),
    ("information", "Information on a service"),
    ("date", "Day or month"),
    ("number", "Number in words"),
    ("measure", "Unit of measurement"),
    ("reference", "Stands before the number of a letter"),
    ("unit", "Stands before the name of an office"),
    ("office", "Word of every official letter"),
    ("function", "Connecting word"),
]


class Migration(migrations.Migration):
    """One new table."""

    dependencies: ClassVar = [("agencies", "0005_topics_ask_for_the_place")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="AnswerPhrase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="row code")),
                (
                    "unverified",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="What still needs checking; leave empty once verified",
                        max_length=300,
                        verbose_name="not verified",
                    ),
                ),
                (
                    "edited_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last edited by staff"),
                ),
                ("category", models.CharField(choices=CATEGORIES, max_length=12, verbose_name="category")),
                (
                    "language",
                    models.CharField(
                        choices=[("ar", "Arabic"), ("en", "English")], max_length=2, verbose_name="language"
                    ),
                ),
                (
                    "phrases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        help_text="One on each line. Articles, pronouns and usual misspellings are found too. "
                        "An asterisk * stands for up to two words.",
                        size=None,
                        verbose_name="words and phrases",
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="in use")),
            ],
            options={
                "verbose_name": "phrases of answers",
                "verbose_name_plural": "phrases of answers",
                "ordering": ["category", "language", "code"],
            },
        ),
    ]
