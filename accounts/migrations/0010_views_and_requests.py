"""Every kind of look at a person is recorded, and people ask for copies, corrections and deletion."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.crypto


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_identities_by_state"), ("agencies", "0002_calendar_changes")]

    operations = [
        migrations.CreateModel(
            name="DataCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("downloads", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "copy of one's data",
                "verbose_name_plural": "copies of one's data",
            },
        ),
        migrations.CreateModel(
            name="PrivacyRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("correction", "Correct my data"), ("deletion", "Delete my account")], max_length=10
                    ),
                ),
                ("text", kit.crypto.EncryptedText(default="")),
                ("made_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Waiting for a decision"), ("granted", "Granted"), ("refused", "Refused")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", kit.crypto.EncryptedText(default="")),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "privacy request",
                "verbose_name_plural": "privacy requests",
            },
        ),
        migrations.CreateModel(
            name="RequestLimit",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("correction", "Correct my data"), ("deletion", "Delete my account")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
            ],
            options={
                "verbose_name": "time limit of requests",
                "verbose_name_plural": "time limits of requests",
            },
        ),
        migrations.AddField(
            model_name="citizen",
            name="erased_at",
            field=models.DateTimeField(blank=True, help_text="When the person was anonymised on request.", null=True),
        ),
        migrations.AddField(
            model_name="identityview",
            name="agency",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.AddField(
            model_name="identityview",
            name="in_reach",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="identityview",
            name="kind",
            field=models.CharField(
                choices=[
                    ("numbers", "Saw the number and the telephone"),
                    ("pdf", "Printed the case with the name and the numbers"),
                    ("case", "Opened the case with the name"),
                    ("message", "Opened a message about the case with the name"),
                    ("call", "Opened the name in order to call"),
                    ("caller", "Opened the case during a call"),
                    ("search", "Searched by number"),
                ],
                db_default="numbers",
                default="numbers",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="identityview",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("officer", "Liaison officer"),
                    ("supervisor", "Supervisor"),
                    ("secretary_general", "Secretary-general"),
                    ("minister_office", "Minister's office"),
                    ("directorate_member", "Directorate member"),
                    ("agent", "Contact-centre agent"),
                    ("agent_supervisor", "Contact-centre supervisor"),
                    ("cmu_staff", "CMU staff"),
                    ("cmu_head", "Head of the CMU"),
                    ("pm_office", "Prime Minister's office"),
                    ("operator", "System operator"),
                    ("auditor", "Access auditor"),
                ],
                db_default="",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="identityview",
            name="searched",
            field=models.CharField(blank=True, db_default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="identityview",
            name="citizen",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="views", to="accounts.citizen"
            ),
        ),
        migrations.AddField(
            model_name="datacopy",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="data_copies", to="accounts.citizen"
            ),
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="privacy_requests", to="accounts.citizen"
            ),
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="datacopy",
            index=models.Index(fields=["citizen", "-made_at"], name="datacopy_newest"),
        ),
        migrations.AddIndex(
            model_name="privacyrequest",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_on", "id"], name="privacyrequest_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("citizen", "kind"), name="privacyrequest_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="privacyrequest_decided_by_somebody",
            ),
        ),
    ]
