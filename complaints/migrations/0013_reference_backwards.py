"""An index of tracking numbers from their last digit: staff search by the last four."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("complaints", "0012_program_keys"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(OpClass(Reverse("reference"), name="text_pattern_ops"), name="case_reference_backwards"),
        ),
    ]
