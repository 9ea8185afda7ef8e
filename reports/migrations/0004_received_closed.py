"""Of the cases received, those that are closed: an amount of kept figures, which are counted anew."""

from __future__ import annotations

from typing import Final

from django.db import migrations, models

COUNT_ANEW: Final = "UPDATE reports_figurestate SET as_of = NULL, position = 0, month = NULL, counting_to = NULL"


class Migration(migrations.Migration):
    dependencies = [("reports", "0003_audit_guards")]

    operations = [
        migrations.AddField("figureentry", "received_closed", models.BigIntegerField(null=True)),
        migrations.AddField("figuretotal", "received_closed", models.BigIntegerField(null=True)),
        migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop),
    ]
