"""Retention rules and their reports, holds for legal proceedings, breaches, and when a case was anonymised."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0007_holder_without_the_units_name"),
        ("accounts", "0010_views_and_requests"),
        ("notifications", "0004_periodic_tasks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Breach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("what", models.TextField(max_length=3000)),
                ("data_concerned", models.TextField(max_length=3000)),
                ("measures", models.TextField(max_length=3000)),
                ("known_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("filters", models.JSONField(default=dict)),
                ("listed_at", models.DateTimeField(blank=True, null=True)),
                ("telling_at", models.DateTimeField(blank=True, null=True)),
                ("persons_told_at", models.DateTimeField(blank=True, null=True)),
                ("authority_told_at", models.DateTimeField(blank=True, null=True)),
                ("authority_reference", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "verbose_name": "breach",
                "verbose_name_plural": "breaches",
                "ordering": ["-known_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="BreachPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("told_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "person concerned by a breach",
                "verbose_name_plural": "persons concerned by a breach",
            },
        ),
        migrations.CreateModel(
            name="DeletedCase",
            fields=[
                ("case_key", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("outcome", models.CharField(max_length=20)),
                ("filed_on", models.DateField()),
                ("closed_on", models.DateField()),
                ("deleted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "deleted case",
                "verbose_name_plural": "deleted cases",
            },
        ),
        migrations.CreateModel(
            name="DoomedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "file to delete",
                "verbose_name_plural": "files to delete",
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500)),
                ("proceedings", models.CharField(max_length=80)),
                ("until", models.DateField(blank=True, null=True)),
                ("set_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lift_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "verbose_name": "legal hold",
                "verbose_name_plural": "legal holds",
            },
        ),
        migrations.CreateModel(
            name="RetentionReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("counts", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "retention report",
                "verbose_name_plural": "retention reports",
            },
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("complaint", "Complaint"),
                            ("suggestion", "Suggestion"),
                            ("inquiry", "Inquiry"),
                            ("praise", "Praise"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solved", "Solved"),
                            ("partly", "Partly solved"),
                            ("refused_with_reason", "Refused, with the reason"),
                            ("answered", "Answered"),
                            ("thanked", "Thanks passed on"),
                            ("adopted", "Suggestion adopted"),
                            ("not_adopted", "Suggestion not adopted"),
                            ("withdrawn", "Withdrawn"),
                            ("no_reply", "No answer to the question"),
                            ("inadmissible", "Out of scope"),
                        ],
                        max_length=20,
                    ),
                ),
                ("anonymise_months", models.PositiveSmallIntegerField()),
                ("delete_months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("effective_from", models.DateField()),
            ],
            options={
                "verbose_name": "retention rule",
                "verbose_name_plural": "retention rules",
                "ordering": ["kind", "outcome", "-effective_from"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="erased_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="breach",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="breachperson",
            name="breach",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="persons", to="complaints.breach"
            ),
        ),
        migrations.AddField(
            model_name="breachperson",
            name="citizen",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.citizen"
            ),
        ),
        migrations.AddField(
            model_name="deletedcase",
            name="agency",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="deletedcase",
            name="governorate",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.governorate"
            ),
        ),
        migrations.AddField(
            model_name="deletedcase",
            name="topic",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.topic"
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_holds",
                to="complaints.case",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="citizen",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_holds",
                to="accounts.citizen",
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="retentionrule",
            name="set_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("authority_told_at__isnull", True),
                    models.Q(("authority_reference", ""), _negated=True),
                    _connector="OR",
                ),
                name="breach_told_with_a_reference",
            ),
        ),
        migrations.AddConstraint(
            model_name="breach",
            constraint=models.CheckConstraint(
                condition=models.Q(("persons_told_at__isnull", True), ("listed_at__isnull", False), _connector="OR"),
                name="breach_listed_before_told",
            ),
        ),
        migrations.AddConstraint(
            model_name="breachperson",
            constraint=models.UniqueConstraint(fields=("breach", "citizen"), name="breachperson_once"),
        ),
        migrations.AddIndex(
            model_name="legalhold",
            index=models.Index(
                condition=models.Q(("lifted_at__isnull", True)), fields=["case"], name="legalhold_of_case"
            ),
        ),
        migrations.AddIndex(
            model_name="legalhold",
            index=models.Index(
                condition=models.Q(("lifted_at__isnull", True)), fields=["citizen"], name="legalhold_of_citizen"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("case__isnull", True), ("citizen__isnull", True), _connector="XOR"),
                name="legalhold_on_a_case_or_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), models.Q(("proceedings", ""), _negated=True)
                ),
                name="legalhold_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason", ""), ("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                    models.Q(
                        ("lifted_at__isnull", False),
                        ("lifted_by__isnull", False),
                        models.Q(("lift_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="legalhold_lifted_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.UniqueConstraint(
                fields=("kind", "outcome", "effective_from"), name="retentionrule_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("anonymise_months__gte", 1)), name="retentionrule_after_a_month"
            ),
        ),
    ]
