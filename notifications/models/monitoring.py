"""What operators are told: alarms, and the nightly comparisons with the carriers' own lists."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AlarmKind(models.TextChoices):
    """What can be wrong with the sending of messages; the runbook has a paragraph for each."""

    ROUTE_STOPPED = "route_stopped", _("a carrier refuses our account")
    CAP_REACHED = "cap_reached", _("the daily spending limit is reached")
    ON_HOLD = "on_hold", _("sending is on hold after a restore")
    UNDECIDED = "undecided", _("a message is waiting for a decision")
    SENT_TWICE = "sent_twice", _("a message was sent twice")
    QUEUE_OLD = "queue_old", _("messages are waiting too long")
    LISTS_DIFFER = "lists_differ", _("our records and a carrier's list differ")
    STORAGE_FULL = "storage_full", _("there is no room for files")
    FILES_DIFFER = "files_differ", _("files and records differ")


class Alarm(models.Model):
    """One thing that is wrong, from its raising until it is resolved; raised again while open it stays one row."""

    kind = models.CharField(max_length=16, choices=AlarmKind)
    about = models.CharField(max_length=80, help_text="What it is about: a route, a channel and a day, a message's id.")
    raised_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True, help_text="When the operators were told, once.")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"], condition=Q(resolved_at__isnull=True), name="alarm_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=AlarmKind.values), name="alarm_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Audit(models.Model):
    """One comparison of our accepted attempts with a carrier's list, both ways, for one span of time."""

    carrier = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    ours = models.PositiveIntegerField(help_text="Attempts of ours that the carrier accepted.")
    theirs = models.PositiveIntegerField(help_text="Messages in the carrier's list.")
    missing_there = models.JSONField(default=list, help_text="Attempts of ours that the list does not have.")
    missing_here = models.JSONField(default=list, help_text="Ids in the list that no attempt of ours has.")

    class Meta:
        verbose_name = _("comparison with a carrier's list")
        verbose_name_plural = _("comparisons with carriers' lists")
        constraints = [models.UniqueConstraint(fields=["carrier", "since"], name="audit_once")]

    def __str__(self) -> str:
        return f"{self.carrier} {self.since:%Y-%m-%d}"
