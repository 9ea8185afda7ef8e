"""The files that are evidence about phenomena."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_erasure_guards"), ("reports", "0003_audit_guards")]

    operations = [
        migrations.CreateModel(
            name="PhenomenonFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="complaints.attachment"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="reports.phenomenonentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence about a phenomenon",
                "verbose_name_plural": "evidence about phenomena",
                "ordering": ["pk"],
            },
        ),
    ]
