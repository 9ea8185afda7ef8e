"""An index of the events by which objections were accepted, by the agency whose answer they were about."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("complaints", "0004_index_of_officers"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="caseevent",
            index=models.Index(fields=["agency", "at"], condition=models.Q(action="uphold"), name="event_accepting"),
        ),
    ]
