"""The index by which the accepted objections of a period are found."""

from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("complaints", "0003_erasure_guards")]

    operations = [
        AddIndexConcurrently(
            "objection",
            models.Index(fields=["ended_at"], condition=models.Q(ruling="upheld"), name="objection_accepted"),
        )
    ]
