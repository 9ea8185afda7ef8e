"""Callers are looked for by name: an index of first and family names, folded as everywhere."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0002_guards"),
        ("agencies", "0001_initial"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="citizen",
            index=models.Index(
                models.Func(models.F("first_name"), function="ar_strip", output_field=models.TextField()),
                models.Func(models.F("family_name"), function="ar_strip", output_field=models.TextField()),
                name="citizen_names",
            ),
        ),
    ]
