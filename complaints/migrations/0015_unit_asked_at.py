"""Since when the unit is asked to step in: a column, the index of its list, and the rule that an agency has the case."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One empty column; index and constraint are built over no row that has it."""

    dependencies: ClassVar = [("complaints", "0013_ratings")]

    operations: ClassVar = [
        migrations.AddField("case", "unit_asked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("unit_asked_at__isnull", False)),
                fields=["deadline_at", "id"],
                name="case_unit_asked",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(
                    ("unit_asked_at__isnull", True), ("state__in", ["in_progress", "referred"]), _connector="OR"
                ),
                name="case_unit_is_asked_while_an_agency_has_it",
            ),
        ),
    ]
