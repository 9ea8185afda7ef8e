"""The cause for which an objection was accepted, as a code."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("complaints", "0003_erasure_guards")]

    operations = [
        migrations.AddField(
            "objection", "cause", models.CharField(blank=True, db_default="", default="", max_length=12)
        ),
        AddConstraintNotValid(
            "objection",
            models.CheckConstraint(
                condition=models.Q(("cause", ""), ("ruling", "upheld"), _connector="OR"),
                name="objection_accepted_has_a_cause",
            ),
        ),
    ]
