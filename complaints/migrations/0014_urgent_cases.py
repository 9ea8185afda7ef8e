"""Urgent cases: a mark set at filing, and the index by which the queue finds the few that have it."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a default in the database, which rewrites no row, and a partial index."""

    atomic = False
    dependencies: ClassVar = [("complaints", "0013_ratings")]

    operations: ClassVar = [
        migrations.AddField("case", "is_urgent", models.BooleanField(db_default=False, default=False)),
        AddIndexConcurrently(
            "case",
            models.Index(
                fields=["agency", "deadline_at", "id"],
                condition=models.Q(("is_urgent", True), models.Q(("state", "closed"), _negated=True)),
                name="case_urgent",
            ),
        ),
    ]
