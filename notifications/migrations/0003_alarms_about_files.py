"""Operators are told when files and rows differ, and when there is no room for files."""

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
]


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_guards")]

    operations = [
        migrations.AlterField("alarm", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.RemoveConstraint("alarm", "alarm_kind_known"),
        migrations.AddConstraint(
            "alarm",
            models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _label in KINDS])), name="alarm_kind_known"
            ),
        ),
    ]
