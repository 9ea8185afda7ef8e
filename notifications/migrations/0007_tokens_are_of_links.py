"""A message has a token only where it has a short link. Tokens of older messages stay: they are in carriers' lists."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A help text alone."""

    dependencies: ClassVar = [("notifications", "0002_guards")]

    operations: ClassVar = [
        migrations.AlterField(
            model_name="message",
            name="token",
            field=models.CharField(
                help_text="Printed in the body: the end of the short link.", max_length=8, null=True, unique=True
            ),
        ),
    ]
