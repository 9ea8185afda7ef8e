"""What operators are told: alarms, the runs of periodic tasks, and the comparisons with the carriers' own lists."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Message


class AlarmKind(models.TextChoices):
    """What can be wrong with the sending of messages or with periodic tasks; the runbook has a paragraph for each."""

    ROUTE_STOPPED = "route_stopped", _("a carrier refuses our account")
    CAP_REACHED = "cap_reached", _("the daily spending limit is reached")
    ON_HOLD = "on_hold", _("sending is on hold after a restore")
    UNDECIDED = "undecided", _("a message is waiting for a decision")
    SENT_TWICE = "sent_twice", _("a message was sent twice")
    QUEUE_OLD = "queue_old", _("messages are waiting too long")
    LISTS_DIFFER = "lists_differ", _("our records and a carrier's list differ")
    STORAGE_FULL = "storage_full", _("there is no room for files")
    FILES_DIFFER = "files_differ", _("files and records differ")
    SCHEDULE_STOPPED = "schedule_stopped", _("periodic tasks no longer start")
    TASK_LATE = "task_late", _("a periodic task has not completed for too long")
    MANY_CODES = "many_codes", _("very many codes are sent")
    WRONG_CODES = "wrong_codes", _("many wrong codes come from one place")
    ROW_FAILED = "row_failed", _("a periodic task fails on one record")
    BREACH_LATE = "breach_late", _("a notice about a data breach is late")
    LOG_NOT_ARCHIVED = "log_not_archived", _("the log of the database is not archived")
    BACKUP_OLD = "backup_old", _("the newest backup is too old")


class Alarm(models.Model):
    """One thing that is wrong, from its raising until it is resolved; raised again while open it stays one row."""

    kind = models.CharField(max_length=16, choices=AlarmKind)
    about = models.CharField(max_length=80, help_text="What it is about: a route, a channel and a day, a row's key.")
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


class PeriodicTask(models.Model):
    """When a periodic task was last sent by beat, started and completed by a worker, and its last failure.

    ``sent_at`` is by the clock of beat, the others are by the database's. A run in which single rows failed completed.
    The row "backup" is of the newest backup, which cron starts: ``completed_at`` is the moment that it holds.
    """

    name = models.CharField(max_length=80, primary_key=True)
    sent_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, blank=True, help_text="The class of the error, never its text.")

    class Meta:
        verbose_name = _("periodic task")
        verbose_name_plural = _("periodic tasks")

    def __str__(self) -> str:
        return self.name


class FailingRow(models.Model):
    """A row on which a periodic task failed: the task leaves it out until ``retry_at``, longer after each failure."""

    task = models.CharField(max_length=80)
    row = models.CharField(max_length=60, help_text="The kind of the row and its key.")
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=80, help_text="The class of the error, never its text.")
    failed_at = models.DateTimeField()
    retry_at = models.DateTimeField()

    class Meta:
        verbose_name = _("failing record")
        verbose_name_plural = _("failing records")
        constraints = [models.UniqueConstraint(fields=["task", "row"], name="failing_row_once")]

    def __str__(self) -> str:
        return f"{self.task} {self.row}"


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


# ---- Whom the contact centre has to call, because no message reached them or they answered none. ----


class CallOutcome(models.TextChoices):
    """How a call to a person ended."""

    REACHED = "reached", _("reached and told")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class CallTask(models.Model):
    """A call to make by the contact centre, to a person whom a message did not reach, or who did not answer it."""

    message = models.OneToOneField(Message, models.PROTECT, related_name="call_task")
    made_at = models.DateTimeField(db_default=Now())
    tries = models.PositiveSmallIntegerField(default=0, help_text="Calls that nobody answered.")
    tried_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True, help_text="The key of the agent, e.g. user:…")
    outcome = models.CharField(max_length=12, choices=CallOutcome, blank=True)

    class Meta:
        verbose_name = _("call to make")
        verbose_name_plural = _("calls to make")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="")
                | Q(done_at__isnull=False, outcome__in=CallOutcome.values),
                name="calltask_done_with_outcome",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="calltask_open", condition=Q(done_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.message_id)
