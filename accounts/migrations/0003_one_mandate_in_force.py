"""Of two people in the same direction one mandate is in force at a time."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary
from django.db import migrations, models

import accounts.models.mandates


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_guards")]
    accepted_risks = {
        "constraint-missing-not-valid": "an exclusion cannot be added so; mandates are few, and looked at in an instant"
    }

    operations = [
        migrations.AddConstraint(
            model_name="mandate",
            constraint=ExclusionConstraint(
                name="mandate_one_in_force",
                expressions=[
                    ("person", "="),
                    ("representative", "="),
                    (accounts.models.mandates.TsTzRange("starts_at", "ends_at", RangeBoundary()), "&&"),
                ],
                condition=models.Q(("state", "given")),
            ),
        ),
    ]
