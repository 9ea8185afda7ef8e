"""The people of a desk: who has how many cases, who is away and who acts instead, whose work goes to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.models import Absence, Membership, User
from accounts.roles import CMU, DESK, SUPERVISION
from agencies.models import Agency
from complaints.desk.officers.forms import GONE, AbsenceForm, ReassignForm
from complaints.engine.transition import NotEntitled
from complaints.escalation import absences
from complaints.escalation.absences import ActsElsewhere, AlreadyAway, DeputyAway, NotAtTheDesk
from complaints.staff.frame import frame


@dataclass(frozen=True)
class _Desk:
    """One person who looks at the desk of one agency, and the agencies whose desks they may look at."""

    request: HttpRequest
    user: User
    at: datetime
    agency: Agency
    agencies: list[Agency]

    @property
    def supervises(self) -> bool:
        """Tell whether the person may hand over the work of this desk; the unit only watches."""
        return self.agency.pk in self.user.authority(self.at).agencies(SUPERVISION)

    @property
    def address(self) -> str:
        """The address of this desk's list."""
        return f"{reverse('officers')}?{urlencode({'agency': self.agency.code})}"

    def page(self, template: str, *, status: int = HTTPStatus.OK, **context: Any) -> HttpResponse:
        """Show a page about this desk."""
        around = {"agency": self.agency, "agencies": self.agencies, "supervises": self.supervises, "desk": self.address}
        return render(self.request, template, {**around, **context, **frame(self.user, at=self.at)}, status=status)

    def done(self, words: str) -> HttpResponse:
        """Say what happened and go back to the list."""
        messages.success(self.request, words)
        return redirect(self.address)


def _of_a_desk(*methods: str) -> Callable[[Callable[[_Desk], HttpResponse]], Callable[[HttpRequest], HttpResponse]]:
    """Make a page out of a function that takes a ``_Desk``; a desk one may not look at does not exist."""

    def decorate(view: Callable[[_Desk], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
        @staff_required(SUPERVISION | CMU)
        @require_http_methods(methods)
        @wraps(view)
        def page(request: HttpRequest) -> HttpResponse:
            return view(_desk(request))

        return page

    return decorate


def _desk(request: HttpRequest) -> _Desk:
    user, at = signed_in_user(request), timezone.now()
    agencies = _agencies(user, at)
    wanted = request.GET.get("agency", "")
    agency = next((one for one in agencies if not wanted or one.code == wanted), None)
    if agency is None:
        raise Http404
    return _Desk(request, user, at, agency, agencies)


def _agencies(user: User, at: datetime) -> list[Agency]:
    """Return the agencies whose desks ``user`` may look at: the own ones, or all that have people for the unit."""
    authority, on = user.authority(at), timezone.localdate(at)
    found = Agency.objects.order_by("name_ar")
    if authority.has(CMU):
        people = Membership.objects.active(on).filter(agency=OuterRef("pk"), role__in=DESK)
        found = found.filter(Exists(people))
    else:
        found = found.filter(pk__in=authority.agencies(SUPERVISION))
    return list(found)


@_of_a_desk("GET", "HEAD")
def officers(desk: _Desk) -> HttpResponse:
    """List the people of a desk with their cases, their last sign-in and their absences."""
    seats = absences.officer_seats(desk.agency, at=desk.at)
    return desk.page("complaints/desk/officers/officers.html", seats=seats, unassigned=absences.unassigned(desk.agency))


@_of_a_desk("GET", "HEAD", "POST")
def absence(desk: _Desk) -> HttpResponse:
    """Plan an absence with a deputy."""
    people = [seat.user for seat in absences.officer_seats(desk.agency, at=desk.at) if not seat.has_left]
    sent = desk.request.POST if desk.request.method == "POST" else None
    chosen = desk.request.GET.get("officer", "")
    form = AbsenceForm(sent, people=people, today=timezone.localdate(desk.at), chosen=chosen)
    if sent is None or not form.is_valid() or not _is_planned(desk, form):
        return desk.page("complaints/desk/officers/absence.html", form=form)
    words = {"officer": form.person("officer").name, "deputy": form.person("deputy").name}
    return desk.done(gettext("%(deputy)s acts for %(officer)s on these days.") % words)


def _is_planned(desk: _Desk, form: AbsenceForm) -> bool:
    days = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on")}
    authority = desk.user.authority(desk.at)
    within = None if authority.has(CMU) else authority.agencies(SUPERVISION)
    try:
        absences.plan_absence(form.person("officer"), deputy=form.person("deputy"), within=within, **days)
    except ActsElsewhere:
        words = gettext(
            "This person also acts outside your desk, and the deputy would too: only the unit can plan this"
        )
        form.add_error("officer", words)
    except AlreadyAway:
        form.add_error("starts_on", gettext("This person is away on some of these days already"))
    except DeputyAway:
        form.add_error("deputy", gettext("One of the two is away or stands in for somebody on some of these days"))
    else:
        return True
    return False


@_of_a_desk("POST")
def absence_end(desk: _Desk) -> HttpResponse:
    """End an absence today, or strike one that has not begun."""
    people = {seat.user.pk for seat in absences.officer_seats(desk.agency, at=desk.at)}
    key = desk.request.POST.get("absence", "")
    found = Absence.objects.filter(pk=key, user__in=people).first() if key.isascii() and key.isdigit() else None
    if found is None:
        raise Http404
    absences.end_absence(found, on=timezone.localdate(desk.at))
    return desk.done(gettext("The absence has ended."))


@_of_a_desk("GET", "HEAD", "POST")
def reassign(desk: _Desk) -> HttpResponse:
    """Give all open cases of one person to another, in one act."""
    if not desk.supervises:
        raise Http404
    sent = desk.request.POST if desk.request.method == "POST" else None
    form = _reassign_form(desk, sent)
    if sent is None or not form.is_valid():
        return desk.page("complaints/desk/officers/reassign.html", form=form)
    giver, taker = form.givers[form.cleaned_data["giver"]], form.takers[form.cleaned_data["taker"]]
    try:
        done = absences.reassign(desk.agency, giver, taker, by=desk.user, at=desk.at)
    except NotAtTheDesk:
        form.add_error("taker", GONE)
        return desk.page("complaints/desk/officers/reassign.html", form=form)
    except NotEntitled:
        raise Http404 from None
    if done.kept:
        kept = ngettext(
            "%(count)s case stayed: nobody handles a case of their own or about themselves.",
            "%(count)s cases stayed: nobody handles a case of their own or about themselves.",
            done.kept,
        )
        messages.warning(desk.request, kept % {"count": done.kept})
    words = ngettext(
        "%(count)s case of %(giver)s is with %(taker)s now.",
        "%(count)s cases of %(giver)s are with %(taker)s now.",
        done.moved,
    )
    return desk.done(words % {"count": done.moved, "giver": giver.name, "taker": taker.name})


def _reassign_form(desk: _Desk, sent: Any) -> ReassignForm:
    seats = absences.officer_seats(desk.agency, at=desk.at)
    givers = [(seat.user, _giver_words(seat)) for seat in seats if seat.cases]
    on = timezone.localdate(desk.at)
    # Whoever is away today gets no work that their deputy would have to find out about.
    takers = [seat.user for seat in seats if not seat.has_left and not seat.is_away(on)]
    return ReassignForm(sent, givers=givers, takers=takers, chosen=desk.request.GET.get("officer", ""))


def _giver_words(seat: absences.OfficerSeat) -> str:
    cases = ngettext("%(count)s open case", "%(count)s open cases", seat.cases) % {"count": seat.cases}
    return f"{seat.user.name} – {cases}"
