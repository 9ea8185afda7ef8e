"""Macros on many cases at once: each case by itself, all steps or none; no macro whose words a citizen would read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints.desk.macros.offered import in_words, steps_in_order
from complaints.desk.macros.running import run_steps
from complaints.desk.macros.steps import StepRefused
from complaints.models import Case, MacroStep
from complaints.models.macros import SPEAKING
from complaints.permissions.annotations import readable_macros
from kit.forms import Card, ChoiceCardsField, Form


class CaseRefused(Exception):
    """The macro is not possible on one case; the text of the exception says why, in the reader's language."""


class MacroChoiceForm(Form):
    """The macro that is run on the cases; each says its steps."""

    macro = ChoiceCardsField(
        label=_("Macro"),
        help_text=_("Macros with a question or an answer to the citizen are run from the page of each case."),
        error_messages={"required": _("Choose a macro"), "invalid_choice": _("Choose a macro, and read its steps")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, user: User, at: datetime) -> None:
        super().__init__(data)
        self.steps = bulk_macros(user, at=at)
        self.offer(
            "macro",
            [Card(key, found[0].macro.name, " · ".join(map(in_words, found))) for key, found in self.steps.items()],
        )

    @property
    def chosen(self) -> Sequence[MacroStep]:
        """Return the steps of the macro chosen."""
        return self.steps[self.cleaned_data["macro"]]


def bulk_macros(user: User, *, at: datetime) -> dict[str, list[MacroStep]]:
    """Return the steps of each macro ``user`` may run on many cases, by a key that changes with it; one statement."""
    rows = steps_in_order().select_related("macro", "colleague", "directorate", "standard_text")
    rows = rows.filter(macro__in=readable_macros(user, at=at)).order_by("macro__name", "macro", "number")
    found = {
        f"{macro.pk}-{macro.changed_at.timestamp()}": list(steps)
        for macro, steps in groupby(rows, lambda one: one.macro)
    }
    return {key: steps for key, steps in found.items() if not {step.act for step in steps} & SPEAKING}


def macro_action(steps: Sequence[MacroStep], user: User, *, at: datetime) -> Callable[[Case], bool]:
    """Return what does ``steps`` to one case; it raises ``CaseRefused`` with the step that is not possible."""

    def action(case: Case) -> bool:
        try:
            run_steps(steps, case, user, at=at)
        except StepRefused as refused:
            words = f"{refused.step.get_act_display()}: {refused.words}"
            raise CaseRefused(words) from refused
        return True

    return action
