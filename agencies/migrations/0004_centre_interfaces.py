"""Agencies with a case system of their own; an e-mail address of outside centres, and their words for how a case stands."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0003_known_problems_and_sites"),
    ]

    operations = [
        migrations.AddField(
            model_name="agency",
            name="has_system",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Its cases go to a case system of its own; a copy, so that a change of a case need not ask.",
            ),
        ),
        migrations.AddField(
            model_name="outsidecentre",
            name="email",
            field=models.EmailField(
                blank=True,
                db_default="",
                default="",
                help_text="Cases are announced to this address, if the centre has no interface",
                max_length=254,
                verbose_name="e-mail",
            ),
        ),
        migrations.CreateModel(
            name="CentreState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    "code",
                    models.SlugField(
                        blank=True, editable=False, max_length=60, null=True, unique=True, verbose_name="row code"
                    ),
                ),
                (
                    "word",
                    models.CharField(
                        help_text="Exactly as the centre's interface sends it",
                        max_length=60,
                        verbose_name="the centre's word",
                    ),
                ),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("in_work", "being worked on"),
                            ("answered", "answered"),
                            ("refused", "not taken on"),
                        ],
                        max_length=10,
                        verbose_name="meaning",
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="in use")),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="states",
                        to="agencies.outsidecentre",
                        verbose_name="outside centre",
                    ),
                ),
            ],
            options={
                "verbose_name": "state of an outside centre",
                "verbose_name_plural": "states of outside centres",
                "ordering": ["centre", "word"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("centre", "word"),
                        name="centrestate_once",
                        violation_error_message="The centre already has this word",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("meaning__in", ["received", "in_work", "answered", "refused"])),
                        name="centrestate_meaning_known",
                    ),
                ],
            },
        ),
    ]
