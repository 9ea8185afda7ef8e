"""Sums by more pairs of dimensions are kept: all sums are made anew from the entries, which stay as they are."""

from django.db import migrations

#: Pages say that the figures are being counted until the worker has made them.
SUM_ANEW = """
UPDATE reports_figurestate SET counting_to = as_of, as_of = NULL, position = 0,
    month = (SELECT date_trunc('month', min(moment) AT TIME ZONE 'Asia/Amman')::date FROM reports_figureentry)
WHERE as_of IS NOT NULL AND EXISTS (SELECT FROM reports_figureentry)
"""


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_figure_changes")]

    operations = [migrations.RunSQL(SUM_ANEW, migrations.RunSQL.noop)]
