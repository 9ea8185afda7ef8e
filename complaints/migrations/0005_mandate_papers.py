"""The files that prove a mandate."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards"), ("complaints", "0004_holds_of_agencies")]

    operations = [
        migrations.CreateModel(
            name="MandatePaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.attachment"
                    ),
                ),
                (
                    "mandate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.mandate"
                    ),
                ),
            ],
            options={
                "verbose_name": "paper of a mandate",
                "verbose_name_plural": "papers of mandates",
                "ordering": ["pk"],
            },
        ),
    ]
