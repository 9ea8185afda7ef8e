"""Macros: named sets of steps that a member of staff runs on a case by one press."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from complaints.models.annotations import LABEL_LENGTH, TITLE_LENGTH
from complaints.models.texts import TEXT_LENGTH

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
