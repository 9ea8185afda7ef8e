"""The rows from before are checked against the rule that a recorded answer has its event."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0010_centre_interfaces")]

    operations = [ValidateConstraint(model_name="handover", name="handover_recorded_has_its_event")]
