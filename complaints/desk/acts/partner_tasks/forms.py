"""The forms of partner tasks: ask another agency, answer for it, do without the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, ngettext

from agencies.models import Agency
from complaints.models import Case, ReferralTask
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT, AgencyChoiceForm
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField


class TaskForm(AgencyChoiceForm):
    """The agency that is asked, what is asked of it, and by when."""

    agency = forms.ChoiceField(label=_("Which agency?"), error_messages={"required": _("Choose an agency")})
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("What do you need from this agency?"),
        error_messages={"required": _("Write what you need from this agency")},
        help_text=_(
            "The agency's officers read this together with the citizen's text. They do not see who the person is."
        ),
    )
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for its answer, in working days"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency]) -> None:
        super().__init__(data, agencies=agencies)
        self.most = case.limit_days
        words = ngettext(
            "At most %(most)s working day. Fridays, Saturdays and holidays do not count.",
            "At most %(most)s working days. Fridays, Saturdays and holidays do not count.",
            self.most,
        )
        self.fields["days"].help_text = words % {"most": f"{self.most:,}"}

    def clean_days(self) -> int:
        """Refuse more days than the topic has in all."""
        days: int = self.cleaned_data["days"]
        if days > self.most:
            words = ngettext(
                "This is more than the limit for this topic. Enter at most %(most)s working day",
                "This is more than the limit for this topic. Enter at most %(most)s working days",
                self.most,
            )
            self.add_error("days", words % {"most": f"{self.most:,}"})
        return days


class _TaskChoiceForm(Form):
    """A form about one open partner task, which is asked for where there are several."""

    task = ChoiceCardsField(label=_("Which agency?"), error_messages={"required": _("Choose an agency")})

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
        label=_("Your agency's answer"),
        error_messages={"required": _("Write your agency's answer")},
        help_text=_("The leading agency reads it and answers the citizen."),
    )


class DropTaskForm(_TaskChoiceForm):
    """Why the answer of an agency is no longer needed."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Reason"),
        help_text=_("The reason stays in the history. The agency is told that its answer is no longer needed."),
    )
