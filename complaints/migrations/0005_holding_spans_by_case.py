"""The guard against overlapping holdings looks at the spans of one case, and no longer at those of all cases.

It refuses the same rows as before. Its index has the case first, so that it is built in minutes at a million cases, which
every restore does.
"""

from __future__ import annotations

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations

import complaints.models.history

NAME = "holding_spans_do_not_overlap"
CASE = ("case", "=")
SPAN = (
    complaints.models.history._Span(  # noqa: SLF001 - written by makemigrations
        "started_at", "ended_at", django.contrib.postgres.fields.ranges.RangeBoundary()
    ),
    "&&",
)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_guards_search_path")]

    operations = [
        migrations.RemoveConstraint("holding", NAME),
        migrations.AddConstraint(
            "holding",
            django.contrib.postgres.constraints.ExclusionConstraint(name=NAME, expressions=[CASE, SPAN]),
        ),
    ]
