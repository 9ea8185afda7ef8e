"""Alarms about codes: very many of them, and many wrong ones from one place."""

from __future__ import annotations

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
    ("many_codes", "very many codes are sent"),
    ("wrong_codes", "many wrong codes come from one place"),
    ("row_failed", "a periodic task fails on one record"),
    ("breach_late", "a notice about a data breach is late"),
]
KNOWN = models.CheckConstraint(
    condition=models.Q(("kind__in", [kind for kind, _label in KINDS])), name="alarm_kind_known"
)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_alarms_about_breaches")]

    operations = [
        migrations.RemoveConstraint("alarm", "alarm_kind_known"),
        migrations.AlterField("alarm", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.AddConstraint("alarm", KNOWN),
    ]
