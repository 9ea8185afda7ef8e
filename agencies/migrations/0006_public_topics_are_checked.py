"""The rule about public topics, for the rows that were there before."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_public_topics"),
    ]

    operations = [
        ValidateConstraint(model_name="topic", name="topic_public_hides_nobody"),
    ]
