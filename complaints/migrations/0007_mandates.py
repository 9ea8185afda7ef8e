"""Drafts that somebody writes for another by a mandate."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_mandates"),
        ("complaints", "0006_centre_contacts"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="mandate",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.mandate",
            ),
        ),
    ]
