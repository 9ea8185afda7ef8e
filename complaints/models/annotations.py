"""What staff add to cases for their own work: notes, labels, links between cases, standard texts and saved filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.history import events_of_its_case
from complaints.models.texts import TEXT_LENGTH
from complaints.workflow import Outcome

LABEL_LENGTH = 30
TITLE_LENGTH = 80


class NoteKind(models.TextChoices):
    """What a note records."""

    NOTE = "note", _("Note")
    CALL = "call", _("Phone call")


class SpokenWith(models.TextChoices):
    """Who was on the line."""

    CITIZEN = "citizen", _("The citizen")
    DIRECTORATE = "directorate", _("The directorate")
    AGENCY = "agency", _("Another agency")
    OTHER = "other", _("Someone else")


class Note(models.Model):
    """What staff write for each other about a case; the citizen never reads it."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="notes")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=NoteKind, default=NoteKind.NOTE)
    spoken_with = models.CharField(max_length=12, choices=SpokenWith, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("note")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("note_events_are_of_its_case", "event"),
            models.CheckConstraint(
                condition=models.Q(kind=NoteKind.CALL) ^ models.Q(spoken_with=""), name="note_of_a_call_says_with_whom"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"


class Label(models.Model):
    """A word an agency's desk puts on a case to find it again."""

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="labels")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="+")
    name = models.CharField(max_length=LABEL_LENGTH)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("label")
        ordering = ["name"]
        constraints = [
            events_of_its_case("label_events_are_of_its_case", "event"),
            models.UniqueConstraint(fields=["agency", "name", "case"], name="label_once_per_case"),
        ]

    def __str__(self) -> str:
        return self.name


class LinkKind(models.TextChoices):
    """How two cases belong together."""

    SAME_PROBLEM = "same_problem", _("The same problem")
    RELATED = "related", _("Related")


class CaseLink(models.Model):
    """A link from one case to another: either related, or the same problem, so that the lead's answer answers both.

    A case has at most one lead, and a lead has none: answers are copied one step only, so that no loop can arise. The
    history of both cases records the link; its end is not recorded where another link replaces it, nor in the history
    of a closed lead.
    """

    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="links")
    lead = models.ForeignKey("complaints.Case", models.CASCADE, related_name="followers")
    event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    lead_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, related_name="+")
    end_event = models.OneToOneField("complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+")
    lead_end_event = models.OneToOneField(
        "complaints.CaseEvent", models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=12, choices=LinkKind)
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("link between cases")
        ordering = ["at", "id"]
        constraints = [
            events_of_its_case("link_events_are_of_its_case", "event", "end_event"),
            events_of_its_case("link_events_are_of_its_lead", "lead_event", "lead_end_event", case="lead"),
            models.CheckConstraint(condition=~models.Q(case=models.F("lead")), name="link_joins_two_cases"),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True),
                name="link_one_lead_per_case",
            ),
            models.UniqueConstraint(
                fields=["case", "lead"], condition=models.Q(ended_at__isnull=True), name="link_once_per_pair"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=False)
                | models.Q(end_event__isnull=True, lead_end_event__isnull=True),
                name="link_end_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.lead_id}"


class StandardText(models.Model):
    """A reusable text for answers, of one agency or of all, for one topic and outcome or for any.

    ``found`` and ``done`` may hold placeholders in braces, which are filled in for the case at hand.
    """

    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.CASCADE, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome, blank=True)
    title = models.CharField(max_length=TITLE_LENGTH)
    found = models.TextField(max_length=TEXT_LENGTH, blank=True)
    done = models.TextField(max_length=TEXT_LENGTH, blank=True)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("standard text")
        ordering = ["title", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "title"], nulls_distinct=False, name="standard_text_title_once_per_agency"
            ),
            models.CheckConstraint(condition=~models.Q(found="") | ~models.Q(done=""), name="standard_text_has_a_text"),
        ]

    def __str__(self) -> str:
        return self.title


class SavedFilter(models.Model):
    """A view of the queue with its filters, saved under a name by one person, or shared in an agency if one is set."""

    owner = models.ForeignKey("accounts.User", models.CASCADE, related_name="saved_filters")
    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=TITLE_LENGTH)
    query = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("saved filter")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once_per_person")]

    def __str__(self) -> str:
        return self.name


# ---- When a member of staff last opened a case: what changed since then is new to them. ----


#: What changed longer ago is news to nobody, and a mark as old tells nothing.
NEWS_LASTS: Final = timedelta(days=14)


class ReadMarkQuerySet(models.QuerySet["ReadMark"]):
    """Queries for read marks."""

    def outdated(self, *, at: datetime) -> Self:
        """Return the marks without which the same cases are new: whatever changed lately has changed after them."""
        return self.filter(seen_at__lte=at - NEWS_LASTS)


class ReadMark(models.Model):
    """When a member of staff last opened the page of a case: one row for each person and case, for a fortnight."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    case = models.ForeignKey("complaints.Case", models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    objects = ReadMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "case"], name="readmark_once_for_person_and_case"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.case_id}"


# ---- Macros: named sets of steps that a member of staff runs on a case by one press. ----


#: Steps that one macro has at most.
MOST_STEPS: Final = 8


class MacroAct(models.TextChoices):
    """What a step does, as the page of the same action does it."""

    LABEL = "label", _("Add a label")
    ASSIGN = "assign", _("Reassign to a colleague")
    NOTE = "note", _("Write a note")
    ACCEPT = "accept", _("Accept")
    CONSULT = "consult", _("Ask a directorate")
    ASK = "ask", _("Ask the citizen")
    CLOSE = "close", _("Close with a standard text")


#: What a step of each act holds; its other fields are empty.
STEP_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    MacroAct.LABEL: ("label",),
    MacroAct.ASSIGN: ("colleague",),
    MacroAct.NOTE: ("text",),
    MacroAct.ACCEPT: ("directorate", "days"),
    MacroAct.CONSULT: ("directorate", "text"),
    MacroAct.ASK: ("text",),
    MacroAct.CLOSE: ("standard_text",),
}
#: Acts whose words the citizen reads: they are shown and can be changed before they are sent, so a macro has one.
SPEAKING: Final = frozenset({MacroAct.ASK, MacroAct.CLOSE})


class Macro(models.Model):
    """A named set of steps: one person's own, or shared by all staff of an agency."""

    owner = models.ForeignKey("accounts.User", models.CASCADE, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=TITLE_LENGTH)
    changed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("macro")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) ^ models.Q(agency__isnull=True), name="macro_own_or_shared"
            ),
            models.UniqueConstraint(
                fields=["owner", "agency", "name"], nulls_distinct=False, name="macro_name_once_per_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _holds_what_its_act_needs() -> Iterator[models.CheckConstraint]:
    """Yield a rule for each field: a step of another act leaves it empty, and a text is not empty where it is held."""
    empty = {"label": models.Q(label=""), "text": models.Q(text="")}
    for name in ("label", "text", "colleague", "directorate", "days", "standard_text"):
        is_held = models.Q(act__in=[act for act, fields in STEP_FIELDS.items() if name in fields])
        is_empty = empty.get(name, models.Q(**{f"{name}__isnull": True}))
        # A directorate and days may be left to the page, and a standard text may have been deleted.
        rule = is_held ^ is_empty if name in {*empty, "colleague"} else is_held | is_empty
        yield models.CheckConstraint(condition=rule, name=f"macro_step_{name}_fits_its_act")


class MacroStep(models.Model):
    """One step of a macro; ``number`` is its place among them.

    ``standard_text`` is empty once that text was deleted: the step cannot be done until another is chosen.
    """

    macro = models.ForeignKey(Macro, models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=8, choices=MacroAct)
    label = models.CharField(max_length=LABEL_LENGTH, blank=True)
    text = models.TextField(max_length=TEXT_LENGTH, blank=True)
    colleague = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.PROTECT, null=True, blank=True, related_name="+")
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    standard_text = models.ForeignKey(
        "complaints.StandardText", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("step of a macro")
        ordering = ["number"]
        constraints = [
            # Two steps change places in one transaction.
            models.UniqueConstraint(
                fields=["macro", "number"], deferrable=models.Deferrable.DEFERRED, name="macro_step_once_per_place"
            ),
            models.UniqueConstraint(
                fields=["macro", "act"], condition=~models.Q(act=MacroAct.LABEL), name="macro_step_once_per_act"
            ),
            models.UniqueConstraint(
                fields=["macro"], condition=models.Q(act__in=sorted(SPEAKING)), name="macro_speaks_to_the_citizen_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MOST_STEPS)), name="macro_step_number_in_range"
            ),
            *_holds_what_its_act_needs(),
        ]

    def __str__(self) -> str:
        return f"{self.macro_id} {self.number}: {self.act}"
