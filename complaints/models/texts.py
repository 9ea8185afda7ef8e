"""The texts of a case, such as answers and questions: separate from its history, so that retention may erase them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, gettext_lazy as _

from agencies.models import QuestionKind
from complaints.models.history import events_of_its_case
from complaints.workflow import Outcome
from kit.dates import day_text

TEXT_LENGTH = 3000
#: Maximum characters of an answer to a question of the topic.
LINE_LENGTH = 120
#: The reason for which a challenged answer is sent as it is.
REASON_LENGTH = 500


class AnswerState(models.TextChoices):
    """The state of an answer."""

    PROPOSED = "proposed", _("Waiting for the second signature")
    GIVEN = "given", _("Given")
    TAKEN_BACK = "taken_back", _("Cancelled")


class AnswerQuerySet(models.QuerySet["Answer"]):
    """Answers by who may read them."""

    def sent(self, *, at: datetime) -> Self:
        """Keep what a citizen may read at ``at``: answers that were given and can no longer be undone."""
        return self.filter(state=AnswerState.GIVEN, given_at__lte=at - timedelta(seconds=settings.SEND_WINDOW))


class Answer(models.Model):
    """What the agency found and did, with the coded outcome; on sensitive topics signed by a second person.

    ``event`` is the closing that gave it. ``lead_answer`` is the answer of a lead case that this one repeats.
    ``challenge`` is the fault for which the answer was challenged, and ``sent_because`` why it was sent as it was: such
    a closing is marked for the audit of the unit.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="answers")
    proposed_event = models.OneToOneField(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    taken_back_event = models.ForeignKey(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )
    lead_answer = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome)
    found = models.TextField(max_length=TEXT_LENGTH)
    done = models.TextField(max_length=TEXT_LENGTH)
    # Equal on answers with the same words, whatever case they are on; empty on answers older than the comparison.
    likeness = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=AnswerState)
    challenge = models.CharField(max_length=20, blank=True, default="", db_default="")
    sent_because = models.TextField(max_length=REASON_LENGTH, blank=True, default="", db_default="")
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    signed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        ordering = ["written_at", "id"]
        constraints = [
            events_of_its_case("answer_events_are_of_its_case", "proposed_event", "event", "taken_back_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state=AnswerState.PROPOSED), name="answer_one_proposed"
            ),
            models.CheckConstraint(
                condition=models.Q(proposed_event__isnull=False) | models.Q(event__isnull=False),
                name="answer_is_written_with_an_event",
            ),
            models.CheckConstraint(
                condition=models.Q(state=AnswerState.PROPOSED, event__isnull=True, taken_back_event__isnull=True)
                | models.Q(state=AnswerState.GIVEN, event__isnull=False, taken_back_event__isnull=True)
                | models.Q(state=AnswerState.TAKEN_BACK, taken_back_event__isnull=False),
                name="answer_state_has_its_event",
            ),
            models.CheckConstraint(
                condition=models.Q(challenge="", sent_because="")
                | (~models.Q(challenge="") & ~models.Q(sent_because="")),
                name="answer_challenged_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.outcome}"


class Question(models.Model):
    """One question to the citizen and the reply; a case has at most one open question."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="questions")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    reply_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    lapse_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH)
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reply = models.TextField(max_length=TEXT_LENGTH, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        ordering = ["asked_at", "id"]
        constraints = [
            events_of_its_case("question_events_are_of_its_case", "event", "reply_event", "lapse_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at__isnull=True), name="question_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(replied_at__isnull=True, reply_event__isnull=True)
                | models.Q(replied_at__isnull=False, reply_event__isnull=False, lapse_event__isnull=True),
                name="question_reply_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.asked_at:%Y-%m-%d}"


class RefusalReason(models.TextChoices):
    """Why an agency declines or returns a case."""

    OTHER_AGENCY = "other_agency", _("Another agency is responsible")
    OTHER_PLACE = "other_place", _("The place is in another agency's area")
    OUTSIDE_GOVERNMENT = "outside_government", _("Not a matter for a government agency")
    SHARED = "shared", _("Several agencies are responsible, and another one leads")


class RefusalQuerySet(models.QuerySet["Refusal"]):
    """Refusals by whether they stand."""

    def standing(self) -> Self:
        """Keep those that were not undone."""
        return self.filter(undone_at=None)


class Refusal(models.Model):
    """An agency's statement that a case is not its own, with its reason and the owner it proposes."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="refusals")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    proposed_agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    after_accepting = models.BooleanField()
    reason = models.CharField(max_length=20, choices=RefusalReason)
    text = models.TextField(max_length=TEXT_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = RefusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("refusal")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("refusal_events_are_of_its_case", "event"),
            models.CheckConstraint(
                condition=~models.Q(proposed_agency=models.F("agency")), name="refusal_proposes_another_agency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.reason}"


class ExtensionState(models.TextChoices):
    """The state of a proposed extension."""

    PROPOSED = "proposed", _("Waiting for a decision")
    GRANTED = "granted", _("Approved")
    DROPPED = "dropped", _("Cancelled")


class Extension(models.Model):
    """A later date an officer proposes, with the reason; the supervisor grants the first, the CMU the others.

    ``decided_event`` granted it, refused it or dropped it.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="extensions")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    decided_event = models.ForeignKey("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=8, choices=ExtensionState)
    days = models.PositiveSmallIntegerField()
    old_on = models.DateField()
    new_on = models.DateField()
    reason = models.TextField(max_length=TEXT_LENGTH)
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    granted_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("extension")
        ordering = ["proposed_at", "id"]
        constraints = [
            events_of_its_case("extension_events_are_of_its_case", "event", "decided_event"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state=ExtensionState.PROPOSED), name="extension_one_proposed"
            ),
            models.CheckConstraint(condition=models.Q(new_on__gt=models.F("old_on")), name="extension_is_later"),
            models.CheckConstraint(
                condition=models.Q(state=ExtensionState.PROPOSED) ^ models.Q(decided_event__isnull=False),
                name="extension_state_has_its_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.new_on}"


class ObjectionRuling(models.TextChoices):
    """How an objection was decided."""

    UPHELD = "upheld", _("Objection accepted")
    DISMISSED = "dismissed", _("Objection rejected")


class Objection(models.Model):
    """One objection of the citizen to an answer, decided by somebody who did not handle the case."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="objections")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    ruling_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=TEXT_LENGTH)
    made_at = models.DateTimeField()
    ruling = models.CharField(max_length=10, choices=ObjectionRuling, blank=True)
    #: Why it was accepted: a code of ``complaints.case_text.answers``, empty before there were codes.
    cause = models.CharField(max_length=12, blank=True, default="", db_default="")
    reasons = models.TextField(max_length=TEXT_LENGTH, blank=True)
    ruled_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("objection")
        ordering = ["number"]
        constraints = [
            events_of_its_case("objection_events_are_of_its_case", "event", "ruling_event"),
            models.UniqueConstraint(fields=["case", "number"], name="objection_number_is_unique"),
            models.CheckConstraint(
                condition=models.Q(ruling="") ^ models.Q(ruling_event__isnull=False),
                name="objection_ruling_has_its_event",
            ),
            models.CheckConstraint(
                condition=models.Q(cause="") | models.Q(ruling="upheld"), name="objection_accepted_has_a_cause"
            ),
        ]
        indexes = [
            models.Index(fields=["ended_at"], condition=models.Q(ruling="upheld"), name="objection_accepted"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.number}"


class Addition(models.Model):
    """What the citizen added after filing."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="additions")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("addition")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("addition_events_are_of_its_case", "event"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.at:%Y-%m-%d}"


class Revision(models.Model):
    """The citizen's text before a correction."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="revisions")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120)
    details = models.TextField()
    area = models.CharField(max_length=120, blank=True)
    place = models.CharField(max_length=200, blank=True)
    # The answers to the questions of the topic, each with its wording: ``TopicAnswer.wording``.
    answers = models.JSONField(default=list, blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = _("revision")
        ordering = ["replaced_at", "id"]
        constraints = [
            events_of_its_case("revision_events_are_of_its_case", "event"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.replaced_at:%Y-%m-%d}"


class TopicAnswer(models.Model):
    """The answer to one question of the topic, with the wording of the time: editing the question changes no case.

    A typed answer is the same in both answer columns, a day as 2026-01-31.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="topic_answers")
    question = models.ForeignKey("agencies.TopicQuestion", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=QuestionKind)
    asked_ar = models.CharField(max_length=150)
    asked_en = models.CharField(max_length=150)
    answer_ar = models.CharField(max_length=LINE_LENGTH)
    answer_en = models.CharField(max_length=LINE_LENGTH)
    is_personal = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("answer to a topic question")
        ordering = ["position", "question_id"]
        constraints = [models.UniqueConstraint(fields=["case", "question"], name="topic_answer_one_per_question")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.question_id}"

    @property
    def question_label(self) -> str:
        """Return the question in the language of the reader."""
        return self.asked_en if get_language() == "en" else self.asked_ar

    @property
    def answer_label(self) -> str:
        """Return the answer in the language of the reader."""
        if self.kind == QuestionKind.DATE:
            return day_text(date.fromisoformat(self.answer_en))
        return self.answer_en if get_language() == "en" else self.answer_ar

    @property
    def tells_person(self) -> bool:
        """Tell whether the answer identifies the person: the question was marked so then, or is now."""
        return self.is_personal or self.question.is_personal

    @property
    def wording(self) -> list[str]:
        """Return question and answer in both languages, in the order that fingerprints and revisions use."""
        return [self.asked_ar, self.asked_en, self.answer_ar, self.answer_en]


class Ruling(models.Model):
    """The CMU's reason for a referral or for archiving; the citizen reads the latter.

    ``offered`` is the precedent that matched best when the ruling was made, whether or not it was followed.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="rulings")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    resets_limit = models.BooleanField(default=False)
    offered = models.ForeignKey("complaints.Precedent", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("ruling")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("ruling_events_are_of_its_case", "event"),
            models.CheckConstraint(
                condition=models.Q(resets_limit=False) | ~models.Q(text=""),
                name="ruling_resets_the_limit_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False) | ~models.Q(text=""), name="ruling_archives_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.at:%Y-%m-%d}"
