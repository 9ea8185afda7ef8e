"""Partner tasks of other agencies on a case, rulings kept as precedents, and handovers to centres outside."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from complaints.models.case import ArabicStrip
from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH


class TaskState(models.TextChoices):
    """The state of another agency's task."""

    OPEN = "open", _("Waiting for the agency")
    ANSWERED = "answered", _("Answered")
    DROPPED = "dropped", _("Cancelled")


class ReferralTask(models.Model):
    """A partner task: what another agency has to do for a case that one agency leads, with its own clock and answer.

    The case cannot be closed while one is open; dropping one needs a reason.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="tasks")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    answer_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    drop_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.OPEN)
    text = models.TextField(max_length=TEXT_LENGTH)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(max_length=TEXT_LENGTH, blank=True)
    reason = models.TextField(max_length=TEXT_LENGTH, blank=True)
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("referral task")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("task_events_are_of_its_case", "event", "answer_event", "drop_event"),
            models.UniqueConstraint(
                fields=["case", "agency"], condition=models.Q(state=TaskState.OPEN), name="task_one_open_per_agency"
            ),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, ended_at__isnull=True)
                | (models.Q(state=TaskState.ANSWERED, ended_at__isnull=False) & ~models.Q(answer=""))
                | (
                    models.Q(state=TaskState.DROPPED, ended_at__isnull=False)
                    # Dropped without a reason and by nobody when the case leaves the leading agency.
                    & (~models.Q(reason="") | models.Q(ended_by__isnull=True))
                ),
                name="task_ends_with_its_words",
            ),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.ANSWERED, answer_event__isnull=False, drop_event__isnull=True)
                | models.Q(
                    state=TaskState.DROPPED,
                    ended_by__isnull=False,
                    answer_event__isnull=True,
                    drop_event__isnull=False,
                )
                | (
                    models.Q(answer_event__isnull=True, drop_event__isnull=True)
                    & (models.Q(state=TaskState.OPEN) | models.Q(state=TaskState.DROPPED, ended_by__isnull=True))
                ),
                name="task_words_have_their_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "case"], condition=models.Q(state=TaskState.OPEN), name="task_open_of_agency"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.agency_id}"


class Precedent(models.Model):
    """A ruling of the unit kept for similar cases: topic, place, words to look for, the owner, and the reason.

    It is offered with its reason and never applied automatically; ``ended_at`` retires it. ``event`` is the referral
    it comes from.
    """

    topic = models.ForeignKey("agencies.Topic", models.PROTECT, related_name="+")
    governorate = models.ForeignKey("agencies.Governorate", models.PROTECT, null=True, blank=True, related_name="+")
    words = models.CharField(max_length=200)
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    why = models.TextField(max_length=TEXT_LENGTH)
    case = models.ForeignKey("complaints.Case", models.SET_NULL, null=True, blank=True, related_name="precedents")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    folded = models.GeneratedField(
        expression=ArabicStrip(Concat("words", models.Value(""), output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("precedent")
        ordering = ["-made_at", "-id"]
        constraints = [
            events_of_its_case("precedent_events_are_of_its_case", "event"),
        ]
        indexes = [
            models.Index(fields=["topic"], condition=models.Q(ended_at__isnull=True), name="precedent_of_topic"),
            GinIndex(OpClass(models.F("folded"), name="gin_trgm_ops"), name="precedent_folded_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}: {self.agency_id}"


class HandoverWay(models.TextChoices):
    """How a centre learns of a case."""

    PHONE = "phone", _("by phone")
    EMAIL = "email", _("by e-mail")
    WEBHOOK = "webhook", _("through its interface")


class Handover(models.Model):
    """A case held by a centre outside the system, under that centre's own reference, until it answers.

    ``reference`` is the number that an officer typed, ``given_reference`` the one that the centre's interface gave.
    Without ``recorded_by`` the answer came from the centre itself.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="handovers")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    return_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    centre = models.ForeignKey("agencies.OutsideCentre", models.PROTECT, related_name="+")
    way = models.CharField(max_length=8, choices=HandoverWay, default=HandoverWay.PHONE, db_default=HandoverWay.PHONE)
    reference = models.CharField(max_length=60, blank=True)
    given_reference = models.CharField(max_length=60, blank=True, default="", db_default="")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField(max_length=TEXT_LENGTH, blank=True)
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("handover")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("handover_events_are_of_its_case", "event", "return_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="handover_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(recorded_by__isnull=True) | models.Q(return_event__isnull=False),
                name="handover_recorded_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.number}"

    @property
    def number(self) -> str:
        """Return the centre's number for the case; empty while there is none."""
        return self.reference or self.given_reference


class CentreReport(models.Model):
    """What an outside centre said of a case through its interface, in its own word, and what that means here.

    ``meaning`` is empty for a word that the table of states does not have. ``said_at`` is the centre's moment: reports
    may come in any order.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="+")
    handover = models.ForeignKey(Handover, models.CASCADE, related_name="reports")
    word = models.CharField(max_length=60)
    meaning = models.CharField(max_length=10, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("report of an outside centre")
        verbose_name_plural = _("reports of outside centres")
        ordering = ["said_at", "id"]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.word}"


class AgencySystem(models.Model):
    """The case system of an agency: the program outside, and the officer in whose name it acts."""

    agency = models.OneToOneField("agencies.Agency", models.PROTECT, related_name="system")
    endpoint = models.OneToOneField("notifications.Endpoint", models.PROTECT, related_name="+")
    officer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("case system of an agency")
        verbose_name_plural = _("case systems of agencies")

    def __str__(self) -> str:
        return str(self.agency)
