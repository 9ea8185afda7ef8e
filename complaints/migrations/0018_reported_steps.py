"""The delays that were reported within a day are read every morning: an index of the steps that report one."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("complaints", "0017_explanations")]

    operations = [
        AddIndexConcurrently(
            model_name="clockstep",
            index=models.Index(
                condition=models.Q(
                    (
                        "step__in",
                        [
                            "supervisor",
                            "no_supervisor",
                            "secretary_general",
                            "no_secretary_general",
                            "minister_office",
                            "no_minister_office",
                        ],
                    )
                ),
                fields=["taken_at"],
                name="clock_step_reported",
            ),
        ),
    ]
