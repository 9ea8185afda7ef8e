"""Whom a case is shared with: partners, directorates, outside centres; explanations, recusals and precedents."""

from __future__ import annotations

from typing import Self

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


# ---- What an agency asks its technical directorates about a case, and what they reply: an estimate and a
# finding.


class ConsultationState(models.TextChoices):
    """The state of a request to a directorate."""

    ASKED = "asked", _("Asked")
    ESTIMATED = "estimated", _("Time given")
    FOUND = "found", _("Finding given")
    REVOKED = "revoked", _("Cancelled")


#: The states in which the directorate holds the case.
WITH_DIRECTORATE = (ConsultationState.ASKED, ConsultationState.ESTIMATED)


class Consultation(models.Model):
    """One request to a directorate for an estimate and a finding, answered through a signed link without an account.

    The link carries the signed key of this row: it opens one case, until ``expires_at`` or until the consultation ends.
    ``days`` are the working days of the newest ``Estimate``.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="consultations")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    finding_event = models.OneToOneField(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoke_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ConsultationState, default=ConsultationState.ASKED)
    text = models.TextField(max_length=TEXT_LENGTH)
    language = models.CharField(max_length=2, default="ar")
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    finding = models.TextField(max_length=TEXT_LENGTH, blank=True)
    signed_as = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("consultation")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("consultation_events_are_of_its_case", "event", "finding_event", "revoke_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state__in=WITH_DIRECTORATE), name="consultation_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WITH_DIRECTORATE) ^ models.Q(ended_at__isnull=False),
                name="consultation_ends_with_its_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ConsultationState.FOUND) | ~models.Q(finding=""),
                name="consultation_is_found_with_a_finding",
            ),
            models.CheckConstraint(
                condition=models.Q(state=ConsultationState.FOUND, finding_event__isnull=False)
                | (~models.Q(state=ConsultationState.FOUND) & models.Q(finding_event__isnull=True)),
                name="consultation_finding_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"


class Estimate(models.Model):
    """The working days a directorate asked for at one moment; every one after the first has a reason."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="estimates")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("estimate")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "number"], name="estimate_number_is_unique"),
            models.CheckConstraint(
                condition=models.Q(number=1) | ~models.Q(reason=""), name="estimate_changes_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}: {self.days}"


# ---- Explanations of a delay: what the secretary-general or the minister's office asks, and what the desk
# answers.


class ExplanationQuerySet(models.QuerySet["Explanation"]):
    """Filters for explanations."""

    def open(self) -> Self:
        """Return those that were asked for and not given yet."""
        return self.filter(answered_at__isnull=True)


class Explanation(models.Model):
    """Why a case is late: asked for by the leadership of its ``agency``, and answered by the desk there.

    One is open for a case and agency at a time. Whoever has the case later neither reads nor answers it.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="explanations")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    answer_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    question = models.TextField(max_length=TEXT_LENGTH)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.TextField(max_length=TEXT_LENGTH, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ExplanationQuerySet.as_manager()

    class Meta:
        verbose_name = _("explanation of a delay")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("explanation_events_are_of_its_case", "event", "answer_event"),
            models.UniqueConstraint(
                fields=["case", "agency"],
                condition=models.Q(answered_at__isnull=True),
                name="explanation_one_open_per_case_and_agency",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by=None, answer_event=None, answer="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False, answer_event__isnull=False)
                & ~models.Q(answer=""),
                name="explanation_is_answered_by_somebody_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.event_id}"


# ---- Recusals: staff whom a case is about neither handle it nor read it, and get no messages about it. ----


class RecusalQuerySet(models.QuerySet["Recusal"]):
    """Filters for recusals."""

    def open(self) -> Self:
        """Return those in force, which nobody has taken back."""
        return self.filter(ended_at__isnull=True)


class Recusal(models.Model):
    """A member of staff who is recused from a case, because it is about them, until somebody takes that back.

    ``named_by`` is None where the name was found in what the citizen typed. ``text`` is the reason of the recusal and
    ``end_text`` that of its end. Database triggers refuse any change but ending it once, a recused person as officer
    of the case, and an event by a recused person.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="recusals")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    end_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    named_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    end_text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("recusal")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("recusal_events_are_of_its_case", "event", "end_event"),
            models.UniqueConstraint(
                fields=["case", "person"],
                condition=models.Q(ended_at__isnull=True),
                name="recusal_open_once_per_case_and_person",
            ),
            models.CheckConstraint(
                condition=models.Q(named_by__isnull=True) ^ ~models.Q(text=""), name="recusal_named_with_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True, end_text="")
                | (models.Q(ended_at__isnull=False, ended_by__isnull=False) & ~models.Q(end_text="")),
                name="recusal_ends_by_somebody_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_by__isnull=True) | ~models.Q(ended_by=models.F("person")),
                name="recusal_is_not_ended_by_its_person",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) ^ models.Q(end_event__isnull=False),
                name="recusal_end_has_its_event",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person", "case"], condition=models.Q(ended_at__isnull=True), name="recusal_open_of_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.person_id}"
