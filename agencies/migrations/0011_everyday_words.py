"""How people write: word groups, the everyday phrases of topics, and danger signs. New tables beside those in use."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
_HINT = "One per line: in Arabic as people write it, in English, or in Latin letters"
_NAMES = [
    ("name_ar", models.CharField(max_length=150, verbose_name="name in Arabic")),
    ("name_en", models.CharField(max_length=150, verbose_name="name in English")),
]


def _common() -> list[tuple[str, models.Field[Any, Any]]]:
    return [
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
        (
            "phrases",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), help_text=_HINT, size=None, verbose_name="phrases"
            ),
        ),
        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
        (
            "code",
            models.SlugField(
                blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name="row code"
            ),
        ),
    ]


def _has_a_phrase(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(("phrases__len__gte", 1)),
        name=f"{name}_has_a_phrase",
        violation_error_message="Enter at least one phrase",
    )


class Migration(migrations.Migration):
    """Three new tables."""

    dependencies: ClassVar = [("agencies", "0010_answer_phrases")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="WordGroup",
            fields=[_ID, *_NAMES, *_common()],
            options={
                "verbose_name": "word group",
                "verbose_name_plural": "word groups",
                "ordering": ["name_en"],
                "abstract": False,
                "constraints": [_has_a_phrase("wordgroup")],
            },
        ),
        migrations.CreateModel(
            name="TopicPhrases",
            fields=[
                _ID,
                *_common(),
                (
                    "topic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wording",
                        to="agencies.topic",
                        verbose_name="topic",
                    ),
                ),
            ],
            options={
                "verbose_name": "everyday phrases",
                "verbose_name_plural": "everyday phrases",
                "ordering": ["topic__position", "topic"],
                "abstract": False,
                "constraints": [_has_a_phrase("topicphrases")],
            },
        ),
        migrations.CreateModel(
            name="DangerSign",
            fields=[
                _ID,
                *_NAMES,
                *_common(),
                (
                    "is_harmless",
                    models.BooleanField(
                        default=False,
                        help_text=("Its phrases are left out before danger is looked for, such as “died of waiting”"),
                        verbose_name="only sounds dangerous",
                    ),
                ),
            ],
            options={
                "verbose_name": "danger sign",
                "verbose_name_plural": "danger signs",
                "ordering": ["is_harmless", "name_en"],
                "abstract": False,
                "constraints": [_has_a_phrase("dangersign")],
            },
        ),
    ]
