"""Answers that were challenged and sent all the same, with the reason: the unit audits them."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

REASON_LENGTH = 500


class Migration(migrations.Migration):
    # Each statement by itself, so that the check of the rows holds no lock that others wait for.
    atomic = False

    dependencies = [("complaints", "0003_erasure_guards")]

    operations = [
        migrations.AddField(
            "answer", "challenge", models.CharField(blank=True, db_default="", default="", max_length=20)
        ),
        migrations.AddField(
            "answer",
            "sent_because",
            models.TextField(blank=True, db_default="", default="", max_length=REASON_LENGTH),
        ),
        AddConstraintNotValid(
            "answer",
            models.CheckConstraint(
                condition=models.Q(challenge="", sent_because="")
                | (~models.Q(challenge="") & ~models.Q(sent_because="")),
                name="answer_challenged_has_a_reason",
            ),
        ),
        ValidateConstraint("answer", "answer_challenged_has_a_reason"),
    ]
