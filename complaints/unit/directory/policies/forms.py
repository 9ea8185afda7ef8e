"""The form for an edition of the usage policy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import PolicyEdition
from accounts.models.policy_editions import CHANGED_LENGTH, TEXT_LENGTH
from kit.forms import DayBoxField, Form, LineField, ParagraphField

#: Days from writing an edition to its day at least: a second person reads it, and people hear of it.
LEAST_DAYS: Final = 1
#: A policy of fewer letters is an accident.
SHORTEST: Final = 200
SHORTEST_CHANGE: Final = 10


class EditionForm(Form):
    """A new edition in both languages, and the day from which it is in force."""

    effective_from = DayBoxField(
        label=_("In force from"),
        help_text=_("Tomorrow or a later day. From this day on, everybody is asked to accept it at the next sign-in."),
    )
    changed_ar = LineField(max=CHANGED_LENGTH, min=SHORTEST_CHANGE, label=_("What is new, in Arabic"))
    changed_en = LineField(max=CHANGED_LENGTH, min=SHORTEST_CHANGE, label=_("What is new, in English"))
    text_ar = ParagraphField(max=TEXT_LENGTH, min=SHORTEST, rows=16, label=_("The whole text in Arabic"))
    text_en = ParagraphField(max=TEXT_LENGTH, min=SHORTEST, rows=16, label=_("The whole text in English"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["text_en"].widget.attrs |= {"dir": "ltr", "lang": "en"}
        self.fields["text_ar"].widget.attrs |= {"dir": "rtl", "lang": "ar"}

    def clean_effective_from(self) -> date:
        """Refuse a day that has come."""
        day: date = self.cleaned_data["effective_from"]
        if day < self.today + timedelta(days=LEAST_DAYS):
            raise ValidationError(_("Choose tomorrow or a later day"), code="past")
        return day

    @property
    def edition(self) -> PolicyEdition:
        """Return what the valid form says, unsaved."""
        return PolicyEdition(**{name: self.cleaned_data[name] for name in self.fields})


class DecideForm(forms.Form):
    """Whether a second person agrees."""

    decision = forms.ChoiceField(choices=[("agreed", "agreed"), ("refused", "refused")])
