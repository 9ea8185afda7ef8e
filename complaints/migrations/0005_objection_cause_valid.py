"""What was added without looking at the rows of before is looked at now, while others write."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("complaints", "0004_objection_cause")]

    operations = [ValidateConstraint("objection", "objection_accepted_has_a_cause")]
