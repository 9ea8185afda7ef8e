"""The forms of an absence with its deputy, and of giving all cases of somebody to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import User
from kit.forms import CHOOSE, DayBoxField, Form

#: Nobody plans an absence further ahead, nor a longer one.
MOST_AHEAD = timedelta(days=366)
#: Why somebody who was offered a moment ago cannot be chosen.
GONE = _("This person is not available at this agency today. Choose someone else")


class AbsenceForm(Form):
    """Days on which somebody is away, and who acts instead."""

    officer = forms.ChoiceField(
        label=_("Who is away?"),
        error_messages={"required": _("Choose who is away"), "invalid_choice": GONE},
    )
    deputy = forms.ChoiceField(
        label=_("Who is the deputy?"),
        error_messages={"required": _("Choose a deputy"), "invalid_choice": GONE},
        help_text=_("The deputy can see and decide everything the absent person could. The history names both."),
    )
    starts_on = DayBoxField(label=_("First day of the absence"), help_text=_("Day, month and year, such as 22/1/2026"))
    ends_on = DayBoxField(label=_("Last day of the absence"), help_text=_("Day, month and year, such as 22/1/2026"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, people: Sequence[User], today: date, chosen: str = ""
    ) -> None:
        super().__init__(data, initial={"officer": chosen})
        self.people, self.today = {str(user.pk): user for user in people}, today
        names = [(key, user.name) for key, user in self.people.items()]
        for field in ("officer", "deputy"):
            self.offer_choices(field, names, empty=CHOOSE)

    def clean_starts_on(self) -> date:
        """Refuse days that are over, and those nobody can plan for."""
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError(gettext("This day is in the past. Enter today or a later day"))
        if day > self.today + MOST_AHEAD:
            raise ValidationError(gettext("Enter a day within the next year"))
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse an absence that ends before it begins, one too long, and people who stand in for themselves."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("The last day cannot be before the first"))
        elif first and last and last > first + MOST_AHEAD:
            self.add_error("ends_on", gettext("An absence can last a year at most. Reassign the cases instead"))
        if cleaned.get("deputy") and cleaned.get("deputy") == cleaned.get("officer"):
            self.add_error("deputy", gettext("The deputy cannot be the absent person. Choose someone else"))
        return cleaned

    def person(self, field: str) -> User:
        """Return the person chosen in ``field``."""
        return self.people[self.cleaned_data[field]]


class ReassignForm(Form):
    """Whose open cases all go to whom."""

    giver = forms.ChoiceField(
        label=_("Which officer's cases do you want to reassign?"),
        error_messages={
            "required": _("Choose an officer"),
            "invalid_choice": _("This person no longer has any open cases. Choose someone else"),
        },
    )
    taker = forms.ChoiceField(
        label=_("Who should get the cases?"),
        error_messages={"required": _("Choose who should get the cases"), "invalid_choice": GONE},
        help_text=_("This person gets one e-mail about all the cases."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        givers: Sequence[tuple[User, str]],
        takers: Sequence[User],
        chosen: str = "",
    ) -> None:
        """``givers`` come with what is said of them, such as the number of their cases."""
        super().__init__(data, initial={"giver": chosen})
        self.givers = {str(user.pk): user for user, _said in givers}
        self.takers = {str(user.pk): user for user in takers}
        said = [(str(user.pk), words) for user, words in givers]
        self.offer_choices("giver", said, empty=CHOOSE)
        names = [(key, user.name) for key, user in self.takers.items()]
        self.offer_choices("taker", names, empty=CHOOSE)

    def clean(self) -> dict[str, Any]:
        """Refuse to give cases to whoever has them."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("taker") and cleaned.get("taker") == cleaned.get("giver"):
            self.add_error("taker", gettext("These cases are already assigned to this person"))
        return cleaned
