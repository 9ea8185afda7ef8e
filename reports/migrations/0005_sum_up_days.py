"""The sums of kept figures are made anew, with those of the days."""

from django.db import migrations

# As if the building of the sums had been interrupted at the first month: the worker goes on with it.
SUM_UP_AGAIN = """
UPDATE reports_figurestate SET
    counting_to = coalesce(as_of, counting_to),
    month = date_trunc('month', coalesce(
        (SELECT min(moment) FROM reports_figureentry), as_of, counting_to
    ) AT TIME ZONE 'Asia/Amman')::date,
    as_of = NULL
WHERE as_of IS NOT NULL OR month IS NOT NULL;
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("reports", "0004_kept_days_by_dimension"),
    ]

    operations = [
        migrations.RunSQL(SUM_UP_AGAIN, migrations.RunSQL.noop),
    ]
