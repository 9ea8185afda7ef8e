"""Two kinds of alarms more: of the backup, and of the archive of the log."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

KINDS = [
    "route_stopped",
    "cap_reached",
    "on_hold",
    "undecided",
    "sent_twice",
    "queue_old",
    "lists_differ",
    "storage_full",
    "files_differ",
    "schedule_stopped",
    "task_late",
    "many_codes",
    "wrong_codes",
    "row_failed",
    "breach_late",
    "log_not_archived",
    "backup_old",
]


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_guards")]
    accepted_risks = {"ban-drop-constraint": "it is added again, wider, in the same transaction"}

    operations = [
        migrations.RemoveConstraint(model_name="alarm", name="alarm_kind_known"),
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("route_stopped", "a carrier refuses our account"),
                    ("cap_reached", "the daily spending limit is reached"),
                    ("on_hold", "sending is on hold after a restore"),
                    ("undecided", "a message is waiting for a decision"),
                    ("sent_twice", "a message was sent twice"),
                    ("queue_old", "messages are waiting too long"),
                    ("lists_differ", "our records and a carrier's list differ"),
                    ("storage_full", "there is no room for files"),
                    ("files_differ", "files and records differ"),
                    ("schedule_stopped", "periodic tasks no longer start"),
                    ("task_late", "a periodic task has not completed for too long"),
                    ("many_codes", "very many codes are sent"),
                    ("wrong_codes", "many wrong codes come from one place"),
                    ("row_failed", "a periodic task fails on one record"),
                    ("breach_late", "a notice about a data breach is late"),
                    ("log_not_archived", "the log of the database is not archived"),
                    ("backup_old", "the newest backup is too old"),
                ],
                max_length=16,
            ),
        ),
        AddConstraintNotValid(
            model_name="alarm",
            constraint=models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="alarm_kind_known"),
        ),
    ]
