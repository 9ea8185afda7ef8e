"""What was typed into a form and not sent yet, and the keys of the forms that were sent."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.crypto


class Migration(migrations.Migration):
    """Two new tables: nothing that exists is locked for longer than a foreign key takes."""

    dependencies = [
        ("complaints", "0013_ratings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SentForm",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField(db_index=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={"verbose_name": "sent form", "verbose_name_plural": "sent forms"},
        ),
        migrations.CreateModel(
            name="UnsentForm",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("path", models.CharField(max_length=200)),
                ("key", models.UUIDField()),
                ("content", kit.crypto.EncryptedText()),
                ("saved_at", models.DateTimeField(db_index=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unsent_forms",
                        to="complaints.case",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unsent_forms",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "unsent form",
                "verbose_name_plural": "unsent forms",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "path"), name="unsentform_once_per_page"),
                ],
            },
        ),
    ]
