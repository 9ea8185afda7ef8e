"""The rows of alarms are looked at, without locking them."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_alarms_of_backups")]

    operations = [ValidateConstraint(model_name="alarm", name="alarm_kind_known")]
