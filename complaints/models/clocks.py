"""The clocks of a case: one row for each run of a clock, its pauses, and the reminders and escalations taken on it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import LADDER
from complaints.workflow import ClockKind

#: The steps that report a delay to a level of the agency, or find nobody on it.
REPORTS = [name for role in LADDER for name in (str(role), f"no_{role}")]


class Ending(models.TextChoices):
    """How a run of a clock ended."""

    MET = "met", _("In time")
    MISSED = "missed", _("Too late")
    STOPPED = "stopped", _("Stopped")


class Clock(models.Model):
    """One run of one clock; the running one's ``due_at`` is the case's ``deadline_at``.

    ``first_due_at`` is the first promise, against which lateness is measured; ``due_at`` moves with extensions and
    pauses. ``paused_at`` is set while another clock runs instead (the citizen has been asked). The clock of a ``task``
    runs in parallel to those of the case itself. ``next_check_at`` is when the sweep next checks for a step that is
    due; empty means at once, because the dates moved.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="clocks")
    task = models.ForeignKey("complaints.ReferralTask", models.CASCADE, null=True, blank=True, related_name="clocks")
    kind = models.CharField(max_length=20, choices=ClockKind)
    started_at = models.DateTimeField()
    limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    pauses = ArrayField(DateTimeRangeField(), default=list, blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=8, choices=Ending, blank=True)

    class Meta:
        verbose_name = _("clock")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at__isnull=True, paused_at__isnull=True, task__isnull=True),
                name="clock_one_running_per_case",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(ended_at__isnull=True, task__isnull=True),
                name="clock_one_per_kind",
            ),
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(ended_at__isnull=True), name="clock_one_per_task"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ending="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ending="")),
                name="clock_ends_with_an_ending",
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_at"],
                condition=models.Q(ended_at__isnull=True, paused_at__isnull=True),
                name="clock_running_by_due",
            ),
            # The decisions and answers of a period.
            models.Index(fields=["kind", "ended_at"], condition=models.Q(ended_at__isnull=False), name="clock_ended"),
            models.Index(
                models.F("next_check_at").asc(nulls_first=True),
                condition=models.Q(ended_at__isnull=True, paused_at__isnull=True)
                & ~models.Q(kind=ClockKind.MAY_OBJECT),
                name="clock_running_by_next_check",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"


class ClockStep(models.Model):
    """One reminder or escalation level taken on a clock; unique, so that several sweeps take it once."""

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="steps")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    step = models.CharField(max_length=20)
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = _("clock step")
        constraints = [models.UniqueConstraint(fields=["clock", "step"], name="clock_step_once")]
        # The delays that were reported within a day, for the e-mails of the next morning.
        indexes = [
            models.Index(fields=["taken_at"], condition=models.Q(step__in=REPORTS), name="clock_step_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.step}"
