"""The forms of partner tasks: ask another agency, answer for it, do without the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Agency
from complaints.models import Case, ReferralTask
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT, AgencyChoiceForm
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField


class TaskForm(AgencyChoiceForm):
    """The agency that is asked, what is asked of it, and by when."""

    agency = forms.ChoiceField(label=_("Which agency?"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("What do you need from it?"),
        help_text=_("Its officers read this beside the citizen's words. They do not learn who the person is."),
    )
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for its answer, in working days"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency]) -> None:
        super().__init__(data, agencies=agencies)
        self.most = case.limit_days
        words = {"most": f"{self.most:,}"}
        self.fields["days"].help_text = (
            gettext("At most %(most)s. Fridays, Saturdays and holidays do not count.") % words
        )

    def clean_days(self) -> int:
        """Refuse more days than the topic has in all."""
        days: int = self.cleaned_data["days"]
        if days > self.most:
            words = gettext("The limit of this topic is %(most)s: write %(most)s or less")
            self.add_error("days", words % {"most": f"{self.most:,}"})
        return days


class _TaskChoiceForm(Form):
    """A form about one open partner task, which is asked for where there are several."""

    task = ChoiceCardsField(label=_("Which part?"))

    def __init__(self, data: Mapping[str, Any] | None, *, tasks: Sequence[ReferralTask]) -> None:
        super().__init__(data)
        self.tasks = {str(task.pk): task for task in tasks}
        self.offer("task", [Card(key, task.agency.name) for key, task in self.tasks.items()])
        if len(tasks) == 1:
            del self.fields["task"]

    @property
    def chosen_task(self) -> ReferralTask:
        """Return the task chosen, or the only one."""
        return self.tasks[self.cleaned_data.get("task") or next(iter(self.tasks))]


class AnswerTaskForm(_TaskChoiceForm):
    """The answer of the agency that was asked."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("Your answer"),
        help_text=_("The leading agency reads it and answers the citizen."),
    )


class DropTaskForm(_TaskChoiceForm):
    """Why the answer of an agency is no longer needed."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Reason"),
        help_text=_("It stays in the history. The agency is told that its answer is no longer needed."),
    )
