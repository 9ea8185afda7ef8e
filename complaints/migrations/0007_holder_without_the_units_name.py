"""The label of a holder names no organisation: who runs the service is a setting. Nothing changes in the database."""

from typing import ClassVar

from django.db import migrations, models

HOLDERS = [
    ("cmu", "The unit"),
    ("agency", "Agency"),
    ("directorate", "Directorate"),
    ("citizen", "Citizen"),
    ("outside_centre", "Outside centre"),
]


class Migration(migrations.Migration):
    """Labels alone."""

    dependencies: ClassVar = [("complaints", "0006_history_keys")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="case",
            name="holder",
            field=models.CharField(blank=True, choices=HOLDERS, max_length=14),
        ),
        migrations.AlterField(
            model_name="holding",
            name="holder",
            field=models.CharField(choices=HOLDERS, max_length=14),
        ),
    ]
