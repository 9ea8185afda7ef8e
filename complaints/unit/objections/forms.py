"""The forms that uphold and that dismiss an objection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.calendar import WorkingCalendar
from complaints.case_text.objection_causes import cause_name, causes
from complaints.models import Case
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT, most_days_text, too_late_text
from kit.forms import Form, NumberField, ParagraphField


class UpholdForm(Form):
    """The new time of the agency, and what is to be done; ``due`` is the promised moment once the form is valid.

    A case that has no agency goes back to triage and gets no date.
    """

    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for the new answer, in working days"))
    cause = forms.ChoiceField(
        label=_("What the objection was right about"),
        help_text=_("Counted in figures and reports. The citizen does not read it."),
        error_messages={"required": _("Choose what the objection was right about")},
    )
    reasons = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Why you accept the objection, and what must be done"),
        error_messages={"required": _("Write why you accept the objection, and what must be done")},
        help_text=_("The citizen and the agency can read this."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, calendar: WorkingCalendar, at: datetime) -> None:
        super().__init__(data)
        self.calendar, self.at = calendar, at
        self.due: datetime | None = None
        self.most = case.limit_days
        cause = cast("forms.ChoiceField", self.fields["cause"])
        cause.choices = [("", "—"), *causes().items()]
        if case.agency is None:
            del self.fields["days"]
            return
        self.fields["days"].help_text = most_days_text(self._day(self.most), self.most)

    @property
    def cause_name(self) -> str:
        """The chosen cause in words."""
        return cause_name(self.cleaned_data.get("cause", ""))

    def _day(self, days: int) -> date:
        return timezone.localdate(self.calendar.due(self.at, days))

    def clean_days(self) -> int:
        """Compute the promised moment, and refuse one beyond the topic's limit, which counts anew."""
        days: int = self.cleaned_data["days"]
        if days > self.most:
            raise ValidationError(too_late_text(self._day(self.most), self.most), code="too_late")
        self.due = self.calendar.due(self.at, days)
        return days


class DismissForm(Form):
    """Why the answer stands."""

    reasons = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Reasons for the citizen"),
        help_text=_("Answer what the objection says, point by point."),
    )
