"""Macros and their steps."""

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0006_public_topics_are_checked"),
        ("complaints", "0013_reference_backwards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Macro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("changed_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="agencies.agency",
                    ),
                ),
                (
                    "changed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "macro",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="MacroStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("label", "Add a label"),
                            ("assign", "Reassign to a colleague"),
                            ("note", "Write a note"),
                            ("accept", "Accept"),
                            ("consult", "Ask a directorate"),
                            ("ask", "Ask the citizen"),
                            ("close", "Close with a standard text"),
                        ],
                        max_length=8,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=30)),
                ("text", models.TextField(blank=True, max_length=3000)),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "colleague",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "directorate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.directorate",
                    ),
                ),
                (
                    "macro",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="complaints.macro"
                    ),
                ),
                (
                    "standard_text",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="complaints.standardtext",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a macro",
                "ordering": ["number"],
            },
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.CheckConstraint(
                condition=models.Q(("owner__isnull", True), ("agency__isnull", True), _connector="XOR"),
                name="macro_own_or_shared",
            ),
        ),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.UniqueConstraint(
                fields=("owner", "agency", "name"), name="macro_name_once_per_owner", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("macro", "number"),
                name="macro_step_once_per_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act", "label"), _negated=True),
                fields=("macro", "act"),
                name="macro_step_once_per_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("act__in", ["ask", "close"])),
                fields=("macro",),
                name="macro_speaks_to_the_citizen_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__range", (1, 8))), name="macro_step_number_in_range"
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["label"]), ("label", ""), _connector="XOR"),
                name="macro_step_label_fits_its_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["note", "consult", "ask"]), ("text", ""), _connector="XOR"),
                name="macro_step_text_fits_its_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["assign"]), ("colleague__isnull", True), _connector="XOR"),
                name="macro_step_colleague_fits_its_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["accept", "consult"]), ("directorate__isnull", True), _connector="OR"),
                name="macro_step_directorate_fits_its_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["accept"]), ("days__isnull", True), _connector="OR"),
                name="macro_step_days_fits_its_act",
            ),
        ),
        migrations.AddConstraint(
            model_name="macrostep",
            constraint=models.CheckConstraint(
                condition=models.Q(("act__in", ["close"]), ("standard_text__isnull", True), _connector="OR"),
                name="macro_step_standard_text_fits_its_act",
            ),
        ),
    ]
