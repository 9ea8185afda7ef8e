"""Which agency goes on with the work of another."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def _key(to: str, *, related_name: str = "+", label: str | None = None, is_part: bool = False) -> Any:
    return models.ForeignKey(
        blank=is_part,
        null=is_part,
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related_name,
        to=to,
        verbose_name=label,
    )


class Migration(migrations.Migration):
    """A new table."""

    dependencies: ClassVar = [("agencies", "0003_reference_changes")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="AgencySuccession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(verbose_name="from")),
                ("reason", models.TextField(verbose_name="reason")),
                ("planned_by", models.UUIDField()),
                ("planned_at", models.DateTimeField()),
                ("executed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("predecessor", _key("agencies.agency", related_name="successions", label="agency")),
                ("successor", _key("agencies.agency", label="successor")),
                ("final", _key("agencies.agency", related_name="continues")),
                ("topic", _key("agencies.topic", label="topic or group", is_part=True)),
                ("governorate", _key("agencies.governorate", label="governorate", is_part=True)),
            ],
            options={
                "verbose_name": "succession",
                "verbose_name_plural": "successions",
                "ordering": ["-on", "-pk"],
                "indexes": [
                    models.Index(
                        condition=Q(("cancelled_at", None), ("executed_at", None)),
                        fields=["on", "id"],
                        name="succession_planned",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("predecessor", F("successor")), _negated=True),
                        name="succession_is_by_another_agency",
                    ),
                    models.CheckConstraint(
                        condition=Q(("predecessor", F("final")), _negated=True), name="succession_does_not_lead_back"
                    ),
                    models.CheckConstraint(
                        condition=Q(("executed_at", None), ("cancelled_at", None), _connector="OR"),
                        name="succession_is_executed_or_cancelled",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("cancelled_at", None)),
                        fields=("predecessor", "topic", "governorate"),
                        name="succession_of_the_same_work_once",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
    ]
