"""Operators are told when a notice about a breach of personal data is late."""

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

KINDS = [
    ("route_stopped", "a carrier refuses our account"),
    ("cap_reached", "the daily spending limit is reached"),
    ("on_hold", "sending is on hold after a restore"),
    ("undecided", "a message is waiting for a decision"),
    ("sent_twice", "a message was sent twice"),
    ("queue_old", "messages are waiting too long"),
    ("lists_differ", "our records and a carrier's list differ"),
    ("storage_full", "there is no room for files"),
    ("files_differ", "files and records differ"),
    ("schedule_stopped", "no periodic task starts any more"),
    ("task_late", "a periodic task has not completed for too long"),
    ("row_failed", "a periodic task fails on one record"),
    ("breach_late", "a notice about a data breach is late"),
]


class Migration(migrations.Migration):
    # Each statement by itself, so that the check of the few rows holds no lock that others wait for.
    atomic = False

    dependencies = [("notifications", "0004_periodic_tasks")]

    operations = [
        migrations.AlterField("alarm", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.RemoveConstraint("alarm", "alarm_kind_known"),
        AddConstraintNotValid(
            "alarm",
            models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _label in KINDS])), name="alarm_kind_known"
            ),
        ),
        ValidateConstraint("alarm", "alarm_kind_known"),
    ]
