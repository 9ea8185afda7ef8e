"""Consultations: the pages on which a directorate is asked and answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import rate_limits
from accounts.decorators import handles_rate_limits, signed_in_user, staff_required
from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.actions import consultations
from complaints.actions.answers import answers_to_show
from complaints.actions.consultations import NotAsked, NotOfTheAgency, Overtaken
from complaints.actions.notes import HeldByAnother
from complaints.attachments.fields import NOT_STORED
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored, directorate_files
from complaints.case_text.deadline import (
    GivenEstimate,
    LatestEstimate,
    countdown_to,
    given_estimates,
    latest_estimate,
    offers,
)
from complaints.desk import directorate_forms
from complaints.desk.directorate_forms import (
    IN_OTHER_HANDS,
    NO_MORE,
    ConsultWithFilesForm,
    EstimateForm,
    FindingForm,
    asked_text,
    typed_in,
)
from complaints.engine import holders, links
from complaints.engine.links import LinkStatus
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Attachment, Consultation, Estimate
from complaints.permissions import policy
from complaints.staff.action_pages import ActionRequest, action_page, checked
from complaints.staff.forms import active_directorates
from complaints.staff.frame import frame
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import Action, Holder
from kit.components.marks import due
from kit.forms import Form
from kit.link_pages import opened_by_link
from kit.sent_numbers import sent_number

# ---- What a directorate reads of one consultation: the case without its person, the files, the estimates. ----


@dataclass(frozen=True)
class FileLink:
    """One file to download; its name says nothing of the person."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, kw_only=True)
class ConsultationContent:
    """One consultation as its directorate reads it; no name and no number of the citizen is in it."""

    subject: str
    details: str
    answers: Sequence[tuple[str, str]]
    additions: Sequence[str]
    area: str
    place: str
    files: Sequence[FileLink]
    asked_files: Sequence[FileLink]
    estimates: Sequence[GivenEstimate]
    latest: LatestEstimate
    offers: Sequence[tuple[int, date]]

    @property
    def is_beyond(self) -> bool:
        """Tell whether the last estimate ends after the last day for the answer."""
        return bool(self.estimates) and self.estimates[-1].until > self.latest.on


def consultation_content(
    consultation: Consultation, seen: CaseVisibility, *, at: datetime, file_url: Callable[[Attachment], str]
) -> ConsultationContent:
    """Return what the directorate reads, ``seen`` as it sees the case, in five statements.

    One more reads whoever spoke for the citizen. ``file_url`` returns where the directorate gets a file.
    """
    case, calendar = consultation.case, current_calendar()
    redacted, readable = seen.redact, list(directorate_files(consultation))
    links = {file: FileLink(file.plain_name, file.size, file_url(file)) for file in readable}
    return ConsultationContent(
        subject=redacted(case.subject),
        details=redacted(case.details),
        answers=[
            (answer.question_label, redacted(answer.answer_label))
            for answer in answers_to_show(case, knows_person=False)
        ],
        additions=[redacted(text) for text in case.additions.order_by("pk").values_list("text", flat=True)],
        area=redacted(case.area),
        place=seen.redact_place(case.place),
        files=[links[file] for file in readable if file.consultation_id is None],
        asked_files=[links[file] for file in readable if file.consultation_id is not None],
        estimates=given_estimates(consultation.estimates.all(), calendar=calendar),
        latest=latest_estimate(case, at=at, calendar=calendar),
        offers=offers(at=at, calendar=calendar),
    )


# ---- The page on which a directorate answers, by link or by account; and how officers ask it, and cancel a
# request.


CONFLICT, GONE, NOT_FOUND = 409, 410, 404
PAGE = 50
_PUBLIC, _DESK = "complaints/desk/directorate/_public.html", "complaints/desk/directorate/_desk.html"


@dataclass(frozen=True, kw_only=True)
class ConsultationRequest:
    """A request by a directorate to the page of one consultation; ``by`` is None for whoever came by the link."""

    http: HttpRequest
    consultation: Consultation
    at: datetime
    link_status: LinkStatus
    url: str
    file_url: Callable[[Attachment], str]
    by: User | None = None
    around: dict[str, Any] = field(default_factory=lambda: {"base_template": _PUBLIC})

    @property
    def data(self) -> QueryDict | None:
        """Return what was posted, None while the page is only opened."""
        return self.http.POST if self.http.method == "POST" else None

    @cached_property
    def visibility(self) -> CaseVisibility:
        """Return what the directorate reads of the case."""
        return CaseVisibility(self.consultation.case, knows_person=False)

    def page(self, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """Show the page ``name`` of the directorate."""
        around = {
            **self.around,
            "consultation": self.consultation,
            "link_status": self.link_status,
            "case_visibility": self.visibility,
            **context,
        }
        return render(self.http, f"complaints/desk/directorate/{name}.html", around, status=status)


# ---- by the link ----


@opened_by_link
@require_http_methods(["GET", "HEAD", "POST"])
@handles_rate_limits
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let a directorate read the consultation and answer it by its link alone."""
    consultation, at = links.read(token), timezone.now()
    if consultation is None:
        return render(request, "complaints/desk/directorate/unknown.html", {"base_template": _PUBLIC}, status=NOT_FOUND)
    asked = ConsultationRequest(
        http=request,
        consultation=consultation,
        at=at,
        link_status=links.link_status(consultation, at=at),
        url=request.path,
        file_url=lambda file: reverse("directorate-file", args=[token, file.pk]),
        around={"base_template": _PUBLIC, "is_asking_desk": _is_opened_by_asker(request, consultation, at=at)},
    )
    if asked.around["is_asking_desk"] and asked.data is not None:
        return asked.page("own_desk", status=CONFLICT, typed_texts=typed_in(asked.data))
    return _answer(asked)


def _is_opened_by_asker(request: HttpRequest, consultation: Consultation, *, at: datetime) -> bool:
    return request.user.is_authenticated and policy.is_asker(consultation, signed_in_user(request), at=at)


@opened_by_link
@require_safe
def link_file(_request: HttpRequest, token: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand a file of the case out while the link is open."""
    consultation = links.read(token)
    if consultation is None or links.link_status(consultation, at=timezone.now()) != LinkStatus.OPEN:
        raise Http404
    return _file(consultation, pk)


# ---- signed in ----


@staff_required(directorate_forms.MEMBERS)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List the consultations that wait for the directorates of a member, the oldest first."""
    user, at = signed_in_user(request), timezone.now()
    after = request.GET.get("after", "")
    rows = directorate_forms.waiting_consultations(user, at=at).filter(pk__gt=sent_number(after) or 0)
    found, calendar = list(rows[: PAGE + 1]), current_calendar()
    context = {
        "rows": [_row(consultation, calendar, at) for consultation in found[:PAGE]],
        "next": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "first": "?" if after else "",
        **_around(user, at),
    }
    return render(request, "complaints/desk/directorate/requests.html", context)


@staff_required(directorate_forms.MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
@handles_rate_limits
def request_page(request: HttpRequest, consultation: int) -> HttpResponse:
    """Let a member of a directorate read the consultation and answer it."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(directorate_forms.own_consultations(user, at=at), pk=consultation)
    link_status = links.link_status(found, at=at)
    asked = ConsultationRequest(
        http=request,
        consultation=found,
        at=at,
        # Only the link expires; who has an account goes on.
        link_status=LinkStatus.OPEN if link_status == LinkStatus.EXPIRED else link_status,
        url=request.path,
        file_url=lambda file: reverse("directorate-request-file", args=[consultation, file.pk]),
        by=user,
        around=_around(user, at),
    )
    return _answer(asked)


@staff_required(directorate_forms.MEMBERS)
@require_safe
def request_file(request: HttpRequest, consultation: int, file: uuid.UUID) -> HttpResponseBase:
    """Hand a file of a case out to a member of the directorate that is asked."""
    user, at = signed_in_user(request), timezone.now()
    return _file(get_object_or_404(directorate_forms.waiting_consultations(user, at=at), pk=consultation), file)


def _row(consultation: Consultation, calendar: WorkingCalendar, at: datetime) -> tuple[Consultation, str, str]:
    """Return a consultation, its subject without the person, and when its last estimate ends, if there is one.

    A statement where somebody spoke for the person.
    """
    subject = CaseVisibility(consultation.case, knows_person=False).redact(consultation.case.subject)
    estimates = list(consultation.estimates.all())
    return consultation, subject, _end(estimates[-1], calendar, at) if estimates else ""


def _end(estimate: Estimate, calendar: WorkingCalendar, at: datetime) -> str:
    ends_at = calendar.due(estimate.at, estimate.days)
    left = countdown_to(ends_at, at=at, calendar=calendar)
    return due(on=timezone.localdate(ends_at), note=left.words, level=left.level)


def _around(user: User, at: datetime) -> dict[str, Any]:
    """Return the frame of staff pages, headed by the member's directorates."""
    names = [directorate.name for directorate in directorate_forms.own_directorates(user, at=at)]
    return {**frame(user, at=at), "base_template": _DESK, "office": gettext(", ").join(names)}


def _file(consultation: Consultation, pk: uuid.UUID) -> HttpResponseBase:
    attachment = get_object_or_404(directorate_files(consultation), pk=pk)
    return file_response(attachment, name=attachment.plain_name)


# ---- the page ----


def _answer(request: ConsultationRequest) -> HttpResponse:
    if request.data is None:
        return _request_page(request)
    rate_limits.spend(links.SENT_BY_LINK, str(request.consultation.pk), at=request.at)
    if request.link_status.is_over:
        return _ended(request)
    try:
        return _take_estimate(request) if "time" in request.data else _take_finding(request)
    except (NotAsked, TransitionNotAllowed, NotEntitled):
        return _ended(request)


def _request_page(request: ConsultationRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    """Show the consultation with its forms, or what became of it."""
    if request.link_status.is_over:
        return _ended(request)
    if request.link_status == LinkStatus.ANSWERED:
        return request.page("done")
    last = request.consultation.estimates.last()
    forms = {"estimate": EstimateForm(None, last=last), "finding": _finding_form(request)}
    content = consultation_content(request.consultation, request.visibility, at=request.at, file_url=request.file_url)
    return request.page("request", status=status, **{"content": content, **forms, **context})


def _take_estimate(request: ConsultationRequest) -> HttpResponse:
    consultation, last = request.consultation, request.consultation.estimates.last()
    form = EstimateForm(request.data, last=last)
    if not form.is_valid():
        return _request_page(request, estimate=form, form=form)
    typed = {"days": form.cleaned_data["days"], "reason": form.cleaned_data.get("reason", "")}
    try:
        consultations.estimate(consultation, at=request.at, number=form.cleaned_data["number"], by=request.by, **typed)
    except Overtaken:
        again = EstimateForm(None, last=consultation.estimates.last(), typed=typed)
        return _request_page(request, status=CONFLICT, estimate=again, is_overtaken=True)
    messages.success(request.http, gettext("We are telling the agency's officer how long you need."))
    return redirect(request.url)


def _take_finding(request: ConsultationRequest) -> HttpResponse:
    form = _finding_form(request, is_sent=True)
    if not form.is_valid():
        return _request_page(request, finding=form, form=form)
    try:
        consultations.find(
            request.consultation,
            at=request.at,
            finding=form.cleaned_data["finding"],
            signed_as=form.cleaned_data["signed_as"],
            attachments=form.taken,
            by=request.by,
        )
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        as_before = replace(request, consultation=links.with_case().get(pk=request.consultation.pk))
        return _request_page(as_before, finding=form, form=form)
    except Overtaken:
        return request.page("done", status=CONFLICT, typed_texts=typed_in(request.http.POST))
    return redirect(request.url)


def _finding_form(request: ConsultationRequest, *, is_sent: bool = False) -> FindingForm:
    data, files = (request.data, request.http.FILES) if is_sent else (None, None)
    return FindingForm(data, files, uploader=f"consultation:{request.consultation.pk}", at=request.at)


def _ended(request: ConsultationRequest) -> HttpResponse:
    """Say that the consultation is over and why, with the texts that were typed for nothing."""
    fresh = links.with_case().get(pk=request.consultation.pk)
    context = {"consultation": fresh, "link_status": links.link_status(fresh, at=request.at)}
    status = GONE if context["link_status"] != LinkStatus.ANSWERED else CONFLICT
    typed_texts = typed_in(request.data) if request.data is not None else []
    return request.page("over", status=status, typed_texts=typed_texts, **context)


# ---- the agency that asks ----


def _consult_form(request: ActionRequest) -> ConsultWithFilesForm:
    case = request.case
    directorates = active_directorates(case)
    return ConsultWithFilesForm(
        request.data, request.files, directorates=directorates, chosen=case.directorate, **request.uploading
    )


@action_page(Action.CONSULT, "complaints/desk/directorate/consult.html", before=checked(_consult_form))
def consult(request: ActionRequest) -> HttpResponse:
    """Ask a directorate for a time and a finding, with files."""
    case, form = request.case, request.before
    directorates = form.directorates
    if request.data is None and case.holder != Holder.AGENCY:
        return request.refuse(str(IN_OTHER_HANDS))
    if not request.is_sent(form):
        return request.page(directorates=directorates)
    directorate = form.chosen_directorate
    words = {name: form.cleaned_data[name] for name in ("text", "language")}
    try:
        consultations.consult(
            case, by=request.user, at=request.at, directorate=directorate, **words, attachments=form.taken
        )
    except HeldByAnother:
        return request.refuse(str(IN_OTHER_HANDS))
    except NotStored:
        form.add_error("attachments", NOT_STORED)
        return request.page(directorates=directorates)
    except NotOfTheAgency:
        form.add_error("directorate", NO_MORE)
        return request.page(directorates=directorates)
    # A link that has to be handed over stands on the page of the case.
    return request.done(asked_text(directorate), moves_on=bool(directorate.email))


@action_page(Action.REVOKE, "complaints/desk/directorate/revoke.html")
def revoke(request: ActionRequest) -> HttpResponse:
    """Cancel the request to a directorate."""
    consultation = holders.open_consultation(request.case)
    if consultation is None and request.data is None:
        return request.refuse(gettext("No directorate has an open request now."))
    if not request.is_sent(Form(request.data)):
        return request.page(consultation=consultation)
    consultations.revoke(request.case, by=request.user, at=request.at)
    return request.done(gettext("Request cancelled. Its link no longer works."))
