"""Calls, letters, visits and e-mails that agents of the contact centre handle: a new table."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import kit.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_names"),
        ("complaints", "0005_problem_joins_and_site_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CentreContact",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "National Contact Centre"),
                            ("letter", "Paper letter"),
                            ("visit", "Visit in person"),
                            ("email", "E-mail"),
                        ],
                        default="phone",
                        max_length=12,
                    ),
                ),
                ("phone", kit.crypto.EncryptedText(null=True)),
                (
                    "found_by",
                    models.CharField(
                        blank=True,
                        choices=[("phone", "Mobile number"), ("number", "Document number"), ("name", "Name")],
                        max_length=8,
                    ),
                ),
                ("wrong_answers", models.PositiveSmallIntegerField(default=0)),
                ("proven_at", models.DateTimeField(blank=True, null=True)),
                ("proof", models.CharField(blank=True, max_length=300)),
                ("draft", models.UUIDField(blank=True, null=True)),
                ("reference", models.CharField(blank=True, max_length=10)),
                ("has_helped", models.BooleanField(default=False)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("filed", "Case filed"),
                            ("helped", "Something done on a case"),
                            ("told", "Status told"),
                            ("dropped", "Cut off, draft kept"),
                            ("nothing", "Nothing to file"),
                        ],
                        max_length=8,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="accounts.citizen",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact with the centre",
                "verbose_name_plural": "contacts with the centre",
                "indexes": [
                    models.Index(fields=["agent", "-started_at"], name="centrecontact_of_agent"),
                    models.Index(fields=["-started_at"], name="centrecontact_newest"),
                    models.Index(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=["reference"],
                        name="centrecontact_of_case",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["started_at"], name="centrecontact_open"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["phone", "letter", "visit", "email"])),
                        name="centrecontact_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("proven_at__isnull", True), ("citizen__isnull", False), _connector="OR"),
                        name="centrecontact_proves_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("result", "")),
                            models.Q(
                                ("ended_at__gte", models.F("started_at")),
                                ("ended_at__isnull", False),
                                ("phone__isnull", True),
                                models.Q(("result", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="centrecontact_ends_with_a_result",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("result", "filed"), _negated=True),
                            models.Q(("reference", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="centrecontact_filed_names_the_case",
                    ),
                ],
            },
        ),
    ]
