"""Files of answers, thumbnails, voice notes with what was written down of them, and files that arrive in pieces."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from complaints.models.history import events_of_its_case

ONE_OWNER = (
    models.Q(case__isnull=False, draft__isnull=True, prepared_for__isnull=True)
    | models.Q(case__isnull=True, draft__isnull=False, prepared_for__isnull=True)
    | models.Q(case__isnull=True, draft__isnull=True, prepared_for__isnull=False, prepared_by__isnull=False)
)
OF_AN_ANSWER = (
    models.Q(answer__isnull=True, consultation__isnull=True)
    | models.Q(case__isnull=False, answer__isnull=False, consultation__isnull=True, event__isnull=True)
    | models.Q(case__isnull=False, answer__isnull=True, consultation__isnull=False)
)


def _event(name: str) -> migrations.AddField:
    return migrations.AddField(
        "attachment",
        name,
        models.ForeignKey(
            blank=True,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to="complaints.caseevent",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0013_ratings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "attachment",
            "answer",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="complaints.answer",
            ),
        ),
        migrations.AddField(
            "attachment",
            "prepared_for",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="prepared_files",
                to="complaints.case",
            ),
        ),
        migrations.AddField(
            "attachment",
            "prepared_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        _event("event"),
        migrations.AddField(
            "attachment",
            "mark",
            models.CharField(
                blank=True,
                choices=[("before", "Before the work"), ("after", "After the work"), ("other", "Other")],
                db_default="",
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField("attachment", "taken_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("attachment", "latitude", models.FloatField(blank=True, null=True)),
        migrations.AddField("attachment", "longitude", models.FloatField(blank=True, null=True)),
        migrations.AddField("attachment", "seconds", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddField("attachment", "transcript", models.TextField(blank=True, db_default="", default="")),
        _event("transcript_event"),
        migrations.RemoveConstraint("attachment", "attachment_belongs_to_a_case_or_a_draft"),
        migrations.AddConstraint(
            "attachment", models.CheckConstraint(condition=ONE_OWNER, name="attachment_has_one_owner")
        ),
        migrations.AddConstraint(
            "attachment", models.CheckConstraint(condition=OF_AN_ANSWER, name="attachment_of_an_answer_or_a_finding")
        ),
        migrations.AddConstraint(
            "attachment", events_of_its_case("attachment_events_are_of_its_case", "event", "transcript_event")
        ),
        migrations.AddIndex(
            "attachment",
            models.Index(
                fields=["added_at"],
                condition=models.Q(content_type="audio/mpeg", transcript_event__isnull=True, case__isnull=False),
                name="attachment_unwritten_voice",
            ),
        ),
        migrations.CreateModel(
            "Thumbnail",
            [
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="thumbnail",
                        serialize=False,
                        to="complaints.attachment",
                    ),
                ),
                ("content", models.BinaryField()),
            ],
            options={"verbose_name": "thumbnail"},
        ),
        migrations.CreateModel(
            "Upload",
            [
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("draft", models.UUIDField()),
                ("name", models.CharField(max_length=150)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("received", models.PositiveIntegerField(default=0)),
                ("changed_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "upload",
                "constraints": [
                    models.UniqueConstraint(fields=["draft", "sha256", "size"], name="upload_once_for_each_draft"),
                    models.CheckConstraint(
                        condition=models.Q(received__lte=models.F("size")), name="upload_is_within_its_size"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "UploadPiece",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="complaints.upload",
                    ),
                ),
                ("start", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "verbose_name": "piece of an upload",
                "ordering": ["start"],
                "constraints": [
                    models.UniqueConstraint(fields=["upload", "start"], name="upload_piece_once"),
                ],
            },
        ),
    ]
