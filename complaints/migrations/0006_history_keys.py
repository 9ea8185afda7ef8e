"""The chain of a history is keyed: each event names its key. The salts of the fingerprints of texts have their rows.

Events from before name no key. Nothing proves them, and ``verify_history`` says so.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0005_holding_spans_by_case")]

    operations = [
        migrations.AddField("caseevent", "key_id", models.CharField(db_default="", max_length=32)),
        migrations.CreateModel(
            name="TextSalt",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text_salt",
                        serialize=False,
                        to="complaints.caseevent",
                    ),
                ),
                ("salt", models.BinaryField(max_length=32)),
            ],
            options={"verbose_name": "salt of texts"},
        ),
    ]
