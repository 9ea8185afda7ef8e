"""The form that plans which agency goes on with the work of another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Agency, AgencySuccession, Governorate, Topic
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from complaints.unit.directory.forms import MOST_AHEAD, ON_HINT
from kit.forms import DayBoxField, Form, ParagraphField


class SuccessionForm(Form):
    """Whose work goes to whom, from which day, and which part of it."""

    predecessor = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency whose work moves"))
    successor = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency that does it then"))
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True),
        required=False,
        empty_label=_("All topics"),
        label=_("Topic or group"),
        help_text=_("Choose a topic or a governorate if only this part of the work moves."),
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.all(), required=False, empty_label=_("Everywhere"), label=_("Governorate")
    )
    on = DayBoxField(label=_("First day"), help_text=ON_HINT)
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("Reason"), help_text=_("Such as the law or the decision.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, today: date, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.today = today
        agencies = Agency.objects.existing(on=today)
        self.offer_rows("predecessor", agencies)
        self.offer_rows("successor", agencies)

    def clean_on(self) -> date:
        """Refuse days that are over, and those nobody can plan for."""
        day: date = self.cleaned_data["on"]
        if not self.today <= day <= self.today + MOST_AHEAD:
            raise ValidationError(gettext("Enter today or a later day, at most two years ahead"))
        return day

    @property
    def succession(self) -> AgencySuccession:
        """Return what the valid form plans, not stored yet."""
        return AgencySuccession(**self.cleaned_data)
