"""The directorate's page, by link or by account, and the two acts of the desk about it: ask, take back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import limits
from accounts.guards import answers_too_many, staff_required, user_of
from accounts.models import User
from accounts.roles import CMU, READERS
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.actions import consultations
from complaints.actions.consultations import NotAsked, NotOfTheAgency, Overtaken
from complaints.actions.notes import InOtherHands
from complaints.attachments.responses import file_response
from complaints.case_text.estimates import GivenEstimate, given_estimates
from complaints.desk.directorate import members
from complaints.desk.directorate.forms import NO_MORE, ConsultForm, EstimateForm, FindingForm, typed_in
from complaints.desk.directorate.page_data import files_of, sheet_of
from complaints.engine import holders, signed_links
from complaints.engine.signed_links import LinkStatus
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Attachment, Consultation
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.frame import frame
from complaints.visibility.identity import CaseVisibility
from complaints.visibility.redaction import without_person
from complaints.workflow import Action, Holder
from kit.forms import Form

type Page = Callable[..., HttpResponseBase]

CONFLICT, GONE, NOT_FOUND = 409, 410, 404
PAGE = 50
_PUBLIC, _DESK = "complaints/desk/directorate/_public.html", "complaints/desk/directorate/_desk.html"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody of a directorate at one request: ``by`` is None for whoever came by the link."""

    request: HttpRequest
    asked: Consultation
    at: datetime
    standing: LinkStatus
    here: str
    address: Callable[[Attachment], str]
    by: User | None = None
    around: dict[str, Any] = field(default_factory=lambda: {"frame": _PUBLIC})

    @property
    def data(self) -> QueryDict | None:
        """Return what was sent, None while the page is only opened."""
        return self.request.POST if self.request.method == "POST" else None

    def page(self, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Show one of the directorate's pages."""
        visibility = CaseVisibility(self.asked.case, knows_person=False)
        around = {
            **self.around,
            "asked": self.asked,
            "standing": self.standing,
            "case_visibility": visibility,
            **context,
        }
        return render(self.request, f"complaints/desk/directorate/{name}.html", around, status=status)


# ---- by the link ----


def _by_link(view: Page) -> Page:
    """Make a page that a link opens: public, kept nowhere, found by no search engine, told to no other site.

    ``no-referrer`` would have browsers send the forms with the origin ``null``, which the check against forged forms
    refuses; ``strict-origin`` keeps the link out of every header as well.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cast("Page", login_not_required(never_cache(page)))


@_by_link
@require_http_methods(["GET", "HEAD", "POST"])
@answers_too_many
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let a directorate read what it is asked and answer, by nothing but its link."""
    asked, at = signed_links.read(token), timezone.now()
    if asked is None:
        return render(request, "complaints/desk/directorate/unknown.html", {"frame": _PUBLIC}, status=NOT_FOUND)
    visit = Visit(
        request=request,
        asked=asked,
        at=at,
        standing=signed_links.link_status(asked, at=at),
        here=request.path,
        address=lambda file: reverse("directorate-file", args=[token, file.pk]),
        around={"frame": _PUBLIC, "is_of_the_desk": _is_of_the_desk(request, asked, at=at)},
    )
    if visit.around["is_of_the_desk"] and visit.data is not None:
        return visit.page("own_desk", status=CONFLICT, typed_texts=typed_in(visit.data))
    return _answer(visit)


def _is_of_the_desk(request: HttpRequest, asked: Consultation, *, at: datetime) -> bool:
    """Tell whether whoever came by the link is signed in as one of those who asked: they answer for no directorate."""
    if not request.user.is_authenticated:
        return False
    authority = user_of(request).authority(at)
    return authority.has(CMU) or asked.case.agency_id in authority.agencies(READERS)


@_by_link
@require_safe
def link_file(_request: HttpRequest, token: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of the case out while the link is open."""
    asked = signed_links.read(token)
    if asked is None or signed_links.link_status(asked, at=timezone.now()) != LinkStatus.OPEN:
        raise Http404
    return _file(asked, pk)


# ---- signed in ----


@staff_required(members.MEMBERS)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List what waits for the directorates of a member, the oldest first."""
    user, at = user_of(request), timezone.now()
    after = request.GET.get("after", "")
    rows = members.waiting_of(user, at=at).filter(pk__gt=int(after) if after.isdecimal() and after.isascii() else 0)
    found, calendar = list(rows[: PAGE + 1]), current_calendar()
    context = {
        "rows": [_row(one, calendar) for one in found[:PAGE]],
        "next": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "first": "?" if after else "",
        **_around(user, at),
    }
    return render(request, "complaints/desk/directorate/requests.html", context)


@staff_required(members.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
@answers_too_many
def request_page(request: HttpRequest, asked: int) -> HttpResponse:
    """Let a member of a directorate read what it is asked and answer."""
    user, at = user_of(request), timezone.now()
    found = get_object_or_404(members.requests_of(user, at=at), pk=asked)
    standing = signed_links.link_status(found, at=at)
    visit = Visit(
        request=request,
        asked=found,
        at=at,
        # Only the link expires; who has an account goes on.
        standing=LinkStatus.OPEN if standing == LinkStatus.EXPIRED else standing,
        here=request.path,
        address=lambda file: reverse("directorate-request-file", args=[asked, file.pk]),
        by=user,
        around=_around(user, at),
    )
    return _answer(visit)


@staff_required(members.MEMBERS)
@require_safe
def request_file(request: HttpRequest, asked: int, file: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a case out to a member of the directorate that is asked."""
    user, at = user_of(request), timezone.now()
    return _file(get_object_or_404(members.waiting_of(user, at=at), pk=asked), file)


def _row(asked: Consultation, calendar: WorkingCalendar) -> tuple[Consultation, str, list[GivenEstimate]]:
    """Return a request with its subject as its directorate reads it, and the last time given, if any."""
    subject = without_person(asked.case.subject, asked.case.citizen)
    return asked, subject, given_estimates(asked.estimates.all(), calendar=calendar)[-1:]


def _around(user: User, at: datetime) -> dict[str, Any]:
    """Return the frame of the desk, headed by the member's directorates."""
    names = [one.name for one in members.directorates_of(user, at=at)]
    return {**frame(user, at=at), "frame": _DESK, "office": gettext(", ").join(names)}


def _file(asked: Consultation, pk: uuid.UUID) -> HttpResponseBase:
    attachment = get_object_or_404(files_of(asked), pk=pk)
    return file_response(attachment, name=attachment.plain_name)


# ---- the page ----


def _answer(visit: Visit) -> HttpResponse:
    if visit.data is None:
        return _show(visit)
    limits.spend(signed_links.SENT_BY_LINK, str(visit.asked.pk), at=visit.at)
    if visit.standing.is_over:
        return _over(visit)
    try:
        return _take_time(visit) if "time" in visit.data else _take_finding(visit)
    except (NotAsked, TransitionNotAllowed, NotEntitled):
        return _over(visit)


def _show(visit: Visit, *, status: int = 200, **context: Any) -> HttpResponse:
    """Show the request with its forms, or what became of it."""
    if visit.standing.is_over:
        return _over(visit)
    if visit.standing == LinkStatus.ANSWERED:
        return visit.page("done")
    last = visit.asked.estimates.last()
    forms = {"time": EstimateForm(None, last=last), "finding": FindingForm(None, at=visit.at)}
    sheet = sheet_of(visit.asked, at=visit.at, address=visit.address)
    return visit.page("request", status=status, **{"sheet": sheet, **forms, **context})


def _take_time(visit: Visit) -> HttpResponse:
    asked, last = visit.asked, visit.asked.estimates.last()
    form = EstimateForm(visit.data, last=last)
    if not form.is_valid():
        return _show(visit, time=form, form=form)
    typed = {"days": form.cleaned_data["days"], "reason": form.cleaned_data.get("reason", "")}
    try:
        consultations.estimate(asked, at=visit.at, number=form.cleaned_data["number"], by=visit.by, **typed)
    except Overtaken:
        again = EstimateForm(None, last=asked.estimates.last(), typed=typed)
        return _show(visit, status=CONFLICT, time=again, is_overtaken=True)
    messages.success(visit.request, gettext("The officer of the agency is told the time you need."))
    return redirect(visit.here)


def _take_finding(visit: Visit) -> HttpResponse:
    form = FindingForm(visit.data, visit.request.FILES, at=visit.at)
    if not form.is_valid():
        return _show(visit, finding=form, form=form)
    try:
        consultations.find(
            visit.asked,
            at=visit.at,
            finding=form.cleaned_data["finding"],
            signed_as=form.cleaned_data["signed_as"],
            attachments=form.taken,
            by=visit.by,
        )
    except Overtaken:
        return visit.page("done", status=CONFLICT, typed_texts=typed_in(visit.request.POST))
    return redirect(visit.here)


def _over(visit: Visit) -> HttpResponse:
    """Say that the request is over and why, with the words that were typed for nothing."""
    fresh = signed_links.with_case().get(pk=visit.asked.pk)
    context = {"asked": fresh, "standing": signed_links.link_status(fresh, at=visit.at)}
    status = GONE if context["standing"] != LinkStatus.ANSWERED else CONFLICT
    typed_texts = typed_in(visit.data) if visit.data is not None else []
    return visit.page("over", status=status, typed_texts=typed_texts, **context)


# ---- the desk ----


@action_page(Action.CONSULT, "complaints/desk/directorate/consult.html")
def consult(request: ActionRequest) -> HttpResponse:
    """Ask a directorate for a time and a finding."""
    case = request.case
    directorates = list(case.agency.directorates.filter(is_active=True)) if case.agency else []
    form = ConsultForm(request.data, directorates=directorates, chosen=case.directorate)
    if request.data is None and case.holder != Holder.AGENCY:
        return request.refuse(_in_other_hands())
    if not request.is_sent(form):
        return request.page(directorates=directorates)
    directorate = form.chosen_directorate
    words = {name: form.cleaned_data[name] for name in ("text", "language")}
    try:
        consultations.consult(case, by=request.user, at=request.at, directorate=directorate, **words)
    except InOtherHands:
        return request.refuse(_in_other_hands())
    except NotOfTheAgency:
        form.add_error("directorate", NO_MORE)
        return request.page(directorates=directorates)
    if directorate.email:
        return request.done(gettext("The directorate is being asked by e-mail."))
    return request.done(
        gettext("The request is ready. Give the directorate its link: it stands on the page of the case.")
    )


def _in_other_hands() -> str:
    return gettext("A directorate or an outside centre has the case. It must come back before another is asked.")


@action_page(Action.REVOKE, "complaints/desk/directorate/revoke.html")
def revoke(request: ActionRequest) -> HttpResponse:
    """Take back what a directorate is asked."""
    asked = holders.open_consultation(request.case)
    if asked is None and request.data is None:
        return request.refuse(gettext("No directorate is asked at the moment."))
    if not request.is_sent(Form(request.data)):
        return request.page(asked=asked)
    consultations.revoke(request.case, by=request.user, at=request.at)
    return request.done(gettext("The request is taken back. Its link opens nothing any more."))
