"""The forms of people: the filter of the list, an invitation, a role, and the last day of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from accounts.contact import staff_key
from accounts.identity.staff_citizen_link import citizen_with_phone
from accounts.models import Absence, Invitation, Membership, Outcome, StaffChange, StaffChangeKind, User
from accounts.models.users import LANGUAGES
from accounts.roles import CMU, PROTECTED, Role
from accounts.staff import memberships
from accounts.staff.invitations import NewPerson, open_invitations
from accounts.staff.memberships import ChangeNotAllowed, RoleTerms, lock_person
from agencies.models import Agency, Directorate
from kit.forms import CHOOSE, DayField, EmailField, Form, LineField, MobileField
from notifications.actions import readdress
from notifications.models import Channel

# ---- What the pages of people show: a list with filters, and one person with roles, absences and history. ----


PAGE: Final = 50
#: How many changes the page of one person shows; the list of all changes has the others.
HISTORY: Final = 50


class AccountState(TextChoices):
    """Whether somebody can sign in, and why not."""

    ACTIVE = "active", pgettext_lazy("staff account", "Can sign in")
    INVITED = "invited", pgettext_lazy("staff account", "Invited")
    EXPIRED = "expired", pgettext_lazy("staff account", "Invitation expired")
    NOT_INVITED = "not_invited", pgettext_lazy("staff account", "Invitation withdrawn")
    CLOSED = "closed", pgettext_lazy("staff account", "Closed")


#: The colour of each state.
_KINDS: Final[Mapping[str, str]] = {"active": "ok", "invited": "wait", "expired": "warn", "not_invited": "warn"}


@dataclass(frozen=True)
class PersonRow:
    """One line of the list."""

    user: User
    roles: Sequence[Membership]
    state: AccountState

    @property
    def kind(self) -> str:
        """The colour of the state."""
        return _KINDS.get(self.state, "")


@dataclass(frozen=True)
class PeoplePage:
    """One page of people, and the person the next one starts after (empty on the last)."""

    rows: Sequence[PersonRow]
    next: str


@dataclass(frozen=True)
class PeopleQuery:
    """What is asked for; empty means everybody."""

    agency: int | None = None
    role: str = ""
    words: str = ""

    def filter(self, on: date) -> QuerySet[User]:
        """Return the staff with a role that is not over, in the order of their e-mail."""
        people = User.objects.filter(is_staff=True).order_by("login")
        if self.agency is not None or self.role:
            held = _lasting(on)
            held = held.filter(agency=self.agency) if self.agency is not None else held
            held = held.filter(role=self.role) if self.role else held
            people = people.filter(pk__in=held.values("user"))
        for word in self.words.split():
            people = people.filter(Q(name_ar__icontains=word) | Q(name_en__icontains=word) | Q(login__icontains=word))
        return people


def list_people(query: PeopleQuery, *, at: datetime, after: str = "") -> PeoplePage:
    """Return a page of people in three statements; ``after`` is the ``next`` of the page before."""
    on = timezone.localdate(at)
    people = query.filter(on)
    if key := _key(after):
        people = people.filter(login__gt=User.objects.filter(pk=key).values("login")[:1])
    roles = Prefetch("memberships", _lasting(on).select_related("agency").order_by("starts_on", "pk"), "current_roles")
    found = list(people.prefetch_related(roles)[: PAGE + 1])
    shown = found[:PAGE]
    invitations = open_invitations([user.pk for user in shown])
    rows = [PersonRow(user, user.current_roles, account_state(user, invitations.get(user.pk), at=at)) for user in shown]
    return PeoplePage(rows, str(shown[-1].pk) if len(found) > PAGE else "")


def account_state(user: User, invitation: Invitation | None, *, at: datetime) -> AccountState:
    """Return whether somebody can sign in; ``invitation`` is the open one."""
    if user.is_active:
        return AccountState.ACTIVE
    if user.has_usable_password():
        return AccountState.CLOSED
    if invitation is None:
        return AccountState.NOT_INVITED
    return AccountState.EXPIRED if invitation.is_expired(at) else AccountState.INVITED


@dataclass(frozen=True)
class RoleRow:
    """A role of a person; ``may_end`` tells whether the reader may end it."""

    membership: Membership
    is_over: bool
    is_future: bool
    may_end: bool


@dataclass(frozen=True)
class PendingRow:
    """A change that waits for a second person, and what the reader may do about it."""

    change: StaffChange
    may_consent: bool
    may_refuse: bool


@dataclass(frozen=True)
class PersonPage:
    """One person as the unit sees them."""

    user: User
    state: AccountState
    invitation: Invitation | None
    roles: Sequence[RoleRow]
    pending: Sequence[PendingRow]
    changes: Sequence[StaffChange]
    absences: Sequence[Absence]
    deputyships: Sequence[Absence]
    has_factors: bool
    may_change: bool
    may_propose: bool
    may_plan_absence: bool

    @property
    def is_entered(self) -> bool:
        """Tell whether the person has set a password, so that there is nothing to invite to."""
        return self.user.is_active or self.user.has_usable_password()

    @property
    def is_reopening(self) -> bool:
        """Tell whether reopening the account waits for a second person."""
        return any(row.change.kind == StaffChangeKind.REOPENED for row in self.pending)


def person_page(user: User, reader: User, *, at: datetime) -> PersonPage:
    """Return the page of one person, in six statements."""
    on = timezone.localdate(at)
    invitation = open_invitations([user.pk]).get(user.pk)
    changes = list(StaffChange.objects.filter(subject=user).for_listing()[:HISTORY])
    away = Absence.objects.filter(ends_on__gte=on).order_by("starts_on", "pk")
    return PersonPage(
        user=user,
        state=account_state(user, invitation, at=at),
        invitation=invitation,
        roles=_roles(user, reader, on=on, at=at),
        pending=[_pending(change, reader, at=at) for change in changes if change.outcome == Outcome.PENDING],
        changes=changes,
        absences=list(away.filter(user=user).select_related("deputy")),
        deputyships=list(away.filter(deputy=user).select_related("user")),
        has_factors=user.factors.exists(),
        may_change=memberships.may_change(user, by=reader, at=at),
        may_propose=user.pk != reader.pk and bool(memberships.roles_to_give(reader, at=at)),
        may_plan_absence=reader.authority(at).has(CMU),
    )


def pending_changes(reader: User, *, at: datetime) -> list[PendingRow]:
    """Return the changes that wait for a second person, with what the reader may do; one statement."""
    return [_pending(change, reader, at=at) for change in StaffChange.objects.pending().for_listing()]


def _pending(change: StaffChange, reader: User, *, at: datetime) -> PendingRow:
    may_consent = memberships.may_consent(change, reader, at=at)
    return PendingRow(change, may_consent, memberships.may_refuse(change, reader, at=at))


def _roles(user: User, reader: User, *, on: date, at: datetime) -> list[RoleRow]:
    held = user.memberships.select_related("agency", "directorate").order_by("-starts_on", "-pk")
    return [_role(membership, user, reader, on=on, at=at) for membership in held]


def _role(membership: Membership, user: User, reader: User, *, on: date, at: datetime) -> RoleRow:
    is_over = membership.ends_on is not None and membership.ends_on < on
    may_end = not is_over and memberships.may_change(user, by=reader, at=at, roles=[Role(membership.role)])
    return RoleRow(membership, is_over, membership.starts_on > on, may_end)


def possible_deputies(user: User, *, on: date) -> QuerySet[User]:
    """Return the colleagues in the agencies of ``user`` who can sign in, by name."""
    agencies = _lasting(on).filter(user=user, agency__isnull=False).values("agency")
    colleagues = _lasting(on).filter(agency__in=agencies).values("user")
    return (
        User.objects.filter(pk__in=colleagues, is_active=True, is_staff=True)
        .exclude(pk=user.pk)
        .order_by("name_ar", "pk")
    )


def _lasting(on: date) -> QuerySet[Membership]:
    return Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# ---- Names, mobile number and language of a member of staff; the work e-mail of an account stays as it is. ----


@dataclass(frozen=True)
class Details:
    """What the unit may correct."""

    name_ar: str
    name_en: str
    phone: str
    language: str


@transaction.atomic
def change_details(subject: User, details: Details, *, by: User, at: datetime) -> None:
    """Correct somebody's details; an SMS that waits goes to the new number. Raises ``ChangeNotAllowed``.

    A number that is a citizen's links the two, so that nobody handles a case of their own; a link is never undone.
    """
    if not memberships.may_manage(by, at=at):
        raise ChangeNotAllowed
    locked = lock_person(subject.pk)
    before, locked.phone = locked.phone, details.phone
    locked.name_ar, locked.name_en, locked.language = details.name_ar, details.name_en, details.language
    if locked.phone and locked.person_id is None:
        locked.person = citizen_with_phone(locked.phone)
    locked.save(update_fields=["name_ar", "name_en", "language", "phone", "phone_lookup", "person"])
    if locked.phone != before:
        readdress(staff_key(locked.pk), Channel.SMS, locked.phone, at=at)


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
