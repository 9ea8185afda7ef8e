"""The forms of people: the filter of the list, an invitation, a role, and the last day of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models import Membership, User
from accounts.models.users import LANGUAGES
from accounts.roles import PROTECTED, Role
from accounts.staff.invitations.invitations import NewPerson
from accounts.staff.memberships.changes import RoleTerms
from accounts.staff.people.details import Details
from accounts.staff.people.page_data import PeopleQuery
from agencies.models import Agency, Directorate
from kit.forms import CHOOSE, DayField, EmailField, Form, LineField, MobileField

#: Nobody plans a role further ahead.
MOST_AHEAD: Final = timedelta(days=3 * 366)
LONGEST_ABSENCE: Final = timedelta(days=366)
LONGEST_NAME: Final = 120
UNIT: Final = "cmu"
_ALL: Final = _("All")


class PlannedDayField(DayField):
    """A day from the past until three years from now."""

    in_future = _("Enter a day within the next three years")


class PeopleForm(Form):
    """The filter of the list; what no longer exists filters nothing."""

    words = LineField(max=LONGEST_NAME, required=False, label=_("Name or work e-mail"))
    agency = forms.ChoiceField(required=False, label=_("Agency"))
    role = forms.ChoiceField(required=False, label=_("Role"), choices=[("", _ALL), *Role.choices])

    def __init__(self, data: Mapping[str, Any], *, agencies: Iterable[Agency]) -> None:
        super().__init__(data)
        self.agencies = {agency.code: agency for agency in agencies}
        self.offer_choices("agency", [(code, one.name) for code, one in self.agencies.items()], empty=_ALL)

    def query(self) -> PeopleQuery:
        """Return what is asked for, without the fields that cannot be read."""
        cleaned = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        agency = self.agencies.get(cleaned.get("agency", ""))
        return PeopleQuery(agency.pk if agency else None, cleaned.get("role", ""), cleaned.get("words", ""))


class RoleForm(Form):
    """A role in an agency, from a day and perhaps until another."""

    role = forms.ChoiceField(label=_("Role"))
    agency = forms.ChoiceField(
        label=_("Agency"),
        required=False,
        help_text=_("Leave it empty for CMU staff, its head, auditors and operators."),
    )
    directorate = forms.ChoiceField(
        label=_("Directorate"), required=False, help_text=_("For directorate members only.")
    )
    starts_on = PlannedDayField(label=_("First day"))
    ends_on = PlannedDayField(label=_("Last day"), required=False, help_text=_("Leave it empty if no end is planned."))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        roles: Sequence[Role],
        agencies: Iterable[Agency],
        directorates: Iterable[Directorate],
        today: date,
    ) -> None:
        super().__init__(data, initial={"starts_on": today})
        self.today = today
        self.agencies = {agency.code: agency for agency in agencies}
        self.directorates = {str(one.pk): one for one in directorates}
        offered: dict[str, list[tuple[str, Any]]] = {
            "role": [(role.value, role.label) for role in roles],
            "agency": [(code, one.name) for code, one in self.agencies.items()],
            "directorate": [(key, f"{one.agency.short_name}: {one.name}") for key, one in self.directorates.items()],
        }
        for name, choices in offered.items():
            self.offer_choices(name, choices, empty=CHOOSE)
        for name in ("starts_on", "ends_on"):
            self.typed_field(name, PlannedDayField).today = lambda: today + MOST_AHEAD

    def clean_starts_on(self) -> date:
        """Refuse a day before today: nobody had a role before it was given."""
        day: date = self.cleaned_data["starts_on"]
        if day < self.today:
            raise ValidationError(gettext("This day is in the past. Enter today or a later day"), code="day")
        return day

    def clean(self) -> dict[str, Any]:
        """Put roles of the unit into the unit, and require agency and directorate where a role needs them."""
        cleaned: dict[str, Any] = super().clean() or {}
        role = cleaned.get("role")
        agency = self.agencies.get(UNIT if role in PROTECTED else cleaned.get("agency", ""))
        if role and agency is None and "agency" not in self.errors:
            self.add_error("agency", gettext("Choose the agency of this role"))
        self._check_directorate(role, agency, self.directorates.get(cleaned.get("directorate", "")))
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("The last day cannot be before the first"))
        cleaned["agency"] = agency
        return cleaned

    def _check_directorate(self, role: str | None, agency: Agency | None, directorate: Directorate | None) -> None:
        is_member = role == Role.DIRECTORATE_MEMBER
        if is_member and directorate is None:
            self.add_error("directorate", gettext("Choose the directorate this person belongs to."))
        elif directorate is not None and not is_member:
            self.add_error("directorate", gettext("Leave the directorate empty: only directorate members have one."))
        elif directorate is not None and agency is not None and directorate.agency_id != agency.pk:
            self.add_error("directorate", gettext("This directorate belongs to another agency."))

    def terms(self) -> RoleTerms:
        """Return the role that is asked for."""
        cleaned = self.cleaned_data
        directorate = self.directorates.get(cleaned["directorate"])
        return RoleTerms(
            Role(cleaned["role"]), cleaned["agency"], cleaned["starts_on"], cleaned["ends_on"], directorate
        )


class DetailsForm(Form):
    """Names, mobile number and language of a member of staff."""

    name_ar = LineField(max=LONGEST_NAME, label=_("Name in Arabic"))
    name_en = LineField(max=LONGEST_NAME, label=_("Name in English"))
    phone = MobileField(label=_("Mobile number"), required=False)
    language = forms.ChoiceField(label=_("Language of messages"), choices=LANGUAGES)

    def details(self) -> Details:
        """Return what was entered."""
        return Details(**{name: self.cleaned_data[name] for name in ("name_ar", "name_en", "phone", "language")})


class InviteForm(DetailsForm, RoleForm):
    """Who is invited, and their first role."""

    email = EmailField(label=_("Work e-mail"), help_text=_("The invitation goes there. It is also used to sign in."))
    field_order = (
        *("email", "name_ar", "name_en", "phone", "language"),
        *("role", "agency", "directorate", "starts_on", "ends_on"),
    )

    def person(self) -> NewPerson:
        """Return who is invited."""
        fields = ("email", "name_ar", "name_en", "language", "phone")
        return NewPerson(**{name: self.cleaned_data[name] for name in fields})


class EndForm(Form):
    """The last day of a role."""

    last_day = PlannedDayField(
        label=_("Last day"), help_text=_("The role ends at the end of this day. Enter yesterday to end it at once.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, membership: Membership, today: date) -> None:
        super().__init__(data, initial={"last_day": today})
        self.membership, self.today = membership, today
        self.typed_field("last_day", PlannedDayField).today = lambda: today + MOST_AHEAD

    def clean_last_day(self) -> date:
        """Refuse days that are over, and one after the end that is already planned."""
        day: date = self.cleaned_data["last_day"]
        if day < self.today - timedelta(days=1):
            raise ValidationError(gettext("This day has passed. Enter yesterday or a later day"), code="day")
        if self.membership.ends_on is not None and day >= self.membership.ends_on:
            raise ValidationError(gettext("The role ends earlier than this. Enter an earlier day"), code="day")
        return day


class AbsenceForm(Form):
    """The days of an absence, and who acts instead."""

    deputy = forms.ChoiceField(
        label=_("Who is the deputy?"),
        required=False,
        help_text=_("The deputy acts in all roles at agencies, except those that need two people."),
    )
    starts_on = PlannedDayField(label=_("First day of the absence"))
    ends_on = PlannedDayField(label=_("Last day of the absence"))

    def __init__(self, data: Mapping[str, Any] | None, *, deputies: Iterable[User], today: date) -> None:
        super().__init__(data, initial={"starts_on": today})
        self.today = today
        self.deputies = {str(user.pk): user for user in deputies}
        self.offer_choices("deputy", [(key, user.name) for key, user in self.deputies.items()], empty=CHOOSE)
        for name in ("starts_on", "ends_on"):
            self.typed_field(name, PlannedDayField).today = lambda: today + MOST_AHEAD

    def clean(self) -> dict[str, Any]:
        """Refuse days that are over, in the wrong order or more than a year apart."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and first < self.today:
            self.add_error("starts_on", gettext("This day is in the past. Enter today or a later day"))
        if first and last and last < first:
            self.add_error("ends_on", gettext("The last day cannot be before the first"))
        elif first and last and last > first + LONGEST_ABSENCE:
            self.add_error("ends_on", gettext("An absence can last a year at most. Reassign the cases instead"))
        return cleaned

    def chosen_deputy(self) -> User | None:
        """Return who acts instead, if anybody."""
        return self.deputies.get(self.cleaned_data["deputy"])
