"""An index for the newest case of an agency on a topic that has a directorate."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("complaints", "0015_read_marks")]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                fields=["agency", "topic", "-id"],
                condition=models.Q(directorate__isnull=False),
                name="case_last_directorate",
            ),
        )
    ]
