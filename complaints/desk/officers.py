"""Officers, absences, reassignment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.models import Absence, Membership, User
from accounts.roles import CMU, DESK, SUPERVISION
from accounts.staff.absences import ActsElsewhere, AlreadyAway, DeputyAway, end_absence, plan_absence
from agencies.models import Agency
from complaints.engine.transition import NotEntitled
from complaints.escalation import absences
from complaints.escalation.absences import NotAtTheDesk
from complaints.permissions import policy
from complaints.staff.frame import frame
from kit.forms import CHOOSE, DayBoxField, Form
from kit.sent_numbers import sent_number

# ---- The forms of an absence with its deputy, and of giving all cases of somebody to another. ----


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


# ---- The officers of an agency: their cases, their absences and deputies, and giving all cases of one to another. ----


@dataclass(frozen=True)
class _OfficersRequest:
    """A request to a page about the staff of ``agency``; ``agencies`` are all that the user may look at."""

    http: HttpRequest
    user: User
    at: datetime
    agency: Agency
    agencies: list[Agency]

    @property
    def may_reassign(self) -> bool:
        """Tell whether the user may give the cases of this agency to others; the unit only looks."""
        return policy.may_reassign(self.agency, self.user, at=self.at)

    @property
    def list_url(self) -> str:
        """Return the address of the list of this agency."""
        return f"{reverse('officers')}?{urlencode({'agency': self.agency.code})}"

    def page(self, template: str, *, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Show a page about this agency."""
        around = {
            "agency": self.agency,
            "agencies": self.agencies,
            "may_reassign": self.may_reassign,
            "list_url": self.list_url,
        }
        return render(self.http, template, {**around, **context, **frame(self.user, at=self.at)}, status=status)

    def done(self, words: str) -> HttpResponse:
        """Say what happened and go back to the list."""
        messages.success(self.http, words)
        return redirect(self.list_url)


type _View = Callable[[_OfficersRequest], HttpResponse]


def _officers_page(*methods: str) -> Callable[[_View], Callable[[HttpRequest], HttpResponse]]:
    """Make a view out of a function that takes an ``_OfficersRequest``; 404 for an agency one may not look at."""

    def decorate(view: _View) -> Callable[[HttpRequest], HttpResponse]:
        @staff_required(SUPERVISION | CMU)
        @require_http_methods(methods)
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            return view(_officers_request(request))

        return page

    return decorate


def _officers_request(request: HttpRequest) -> _OfficersRequest:
    user, at = signed_in_user(request), timezone.now()
    agencies = _agencies(user, at)
    code = request.GET.get("agency", "")
    agency = next((agency for agency in agencies if not code or agency.code == code), None)
    if agency is None:
        raise Http404
    return _OfficersRequest(request, user, at, agency, agencies)


def _agencies(user: User, at: datetime) -> list[Agency]:
    """Return the agencies whose officers ``user`` may look at: the own ones; for the unit, all with staff."""
    authority, on = user.authority(at), timezone.localdate(at)
    found = Agency.objects.order_by("name_ar", "pk")
    if authority.has(CMU):
        people = Membership.objects.active(on).filter(agency=OuterRef("pk"), role__in=DESK)
        found = found.filter(Exists(people))
    else:
        found = found.filter(pk__in=authority.agencies(SUPERVISION))
    return list(found)


@_officers_page("GET", "HEAD")
def officers(request: _OfficersRequest) -> HttpResponse:
    """List the officers with their cases, their last sign-in and their absences."""
    members = absences.officer_seats(request.agency, at=request.at)
    return request.page(
        "complaints/desk/officers/officers.html", members=members, unassigned=absences.unassigned(request.agency)
    )


@_officers_page("GET", "HEAD", "POST")
def absence(request: _OfficersRequest) -> HttpResponse:
    """Plan an absence with a deputy."""
    people = [member.user for member in absences.officer_seats(request.agency, at=request.at) if not member.has_left]
    sent = request.http.POST if request.http.method == "POST" else None
    chosen = request.http.GET.get("officer", "")
    form = AbsenceForm(sent, people=people, today=timezone.localdate(request.at), chosen=chosen)
    if sent is None or not form.is_valid() or not _is_planned(request, form):
        return request.page("complaints/desk/officers/absence.html", form=form)
    words = {"officer": form.person("officer").name, "deputy": form.person("deputy").name}
    return request.done(gettext("%(deputy)s acts for %(officer)s on these days.") % words)


def _is_planned(request: _OfficersRequest, form: AbsenceForm) -> bool:
    days = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
    authority = request.user.authority(request.at)
    within = None if authority.has(CMU) else authority.agencies(SUPERVISION)
    try:
        plan_absence(form.person("officer"), deputy=form.person("deputy"), within=within, **days)
    except ActsElsewhere:
        words = gettext(
            "This person also has a role outside your agency, which the deputy would take over. Only the CMU can plan "
            "this absence"
        )
        form.add_error("officer", words)
    except AlreadyAway:
        form.add_error("starts_on", gettext("This person already has an absence on some of these days"))
    except DeputyAway:
        form.add_error(
            "deputy",
            gettext("On some of these days the deputy is away, or the absent person is a deputy for someone else"),
        )
    else:
        return True
    return False


@_officers_page("POST")
def absence_end(request: _OfficersRequest) -> HttpResponse:
    """End an absence today, or strike one that has not begun."""
    people = {member.user.pk for member in absences.officer_seats(request.agency, at=request.at)}
    key = sent_number(request.http.POST.get("absence", ""))
    found = None if key is None else Absence.objects.filter(pk=key, user__in=people).first()
    if found is None:
        raise Http404
    end_absence(found, on=timezone.localdate(request.at))
    return request.done(gettext("The absence has ended."))


@_officers_page("GET", "HEAD", "POST")
def reassign(request: _OfficersRequest) -> HttpResponse:
    """Give all open cases of one person to another, in one act."""
    if not request.may_reassign:
        raise Http404
    sent = request.http.POST if request.http.method == "POST" else None
    form = _reassign_form(request, sent)
    if sent is None or not form.is_valid():
        return request.page("complaints/desk/officers/reassign.html", form=form)
    giver, taker = form.givers[form.cleaned_data["giver"]], form.takers[form.cleaned_data["taker"]]
    try:
        done = absences.reassign(request.agency, giver, taker, by=request.user, at=request.at)
    except NotAtTheDesk:
        form.add_error("taker", GONE)
        return request.page("complaints/desk/officers/reassign.html", form=form)
    except NotEntitled:
        raise Http404 from None
    if done.kept:
        kept = ngettext(
            "%(count)s case was not reassigned because of a conflict of interest.",
            "%(count)s cases were not reassigned because of a conflict of interest.",
            done.kept,
        )
        messages.warning(request.http, kept % {"count": done.kept})
    words = ngettext(
        "%(count)s case was reassigned from %(giver)s to %(taker)s.",
        "%(count)s cases were reassigned from %(giver)s to %(taker)s.",
        done.moved,
    )
    return request.done(words % {"count": done.moved, "giver": giver.name, "taker": taker.name})


def _reassign_form(request: _OfficersRequest, sent: Any) -> ReassignForm:
    members = absences.officer_seats(request.agency, at=request.at)
    givers = [(member.user, _giver_label(member)) for member in members if member.cases]
    on = timezone.localdate(request.at)
    # Whoever is away today gets no work that their deputy would have to find out about.
    takers = [member.user for member in members if not member.has_left and not member.is_away(on)]
    return ReassignForm(sent, givers=givers, takers=takers, chosen=request.http.GET.get("officer", ""))


def _giver_label(member: absences.OfficerSeat) -> str:
    cases = ngettext("%(count)s open case", "%(count)s open cases", member.cases) % {"count": member.cases}
    return f"{member.user.name} – {cases}"
