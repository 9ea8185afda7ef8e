"""Whom it is for: what was understood, to choose from, and the search for an agency and a topic by oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import Agency
from complaints.filing import drafting
from complaints.filing.agency_form import AgencyStepForm
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.forms import FitForm
from complaints.filing.understanding import NOTHING_UNDERSTOOD, understood
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal.access import read_or_post
from complaints.portal.filing import mandate_views, typed
from complaints.portal.filing.steps import (
    TOO_MANY_REQUESTS,
    requested_draft,
    say_too_many,
    step_context,
    to_step,
)
from complaints.portal.filing.typed import Typed
from complaints.portal.filing.writer import for_everybody
from complaints.suggestions import owners
from kit.compiled_reads import CompiledRead

_STEP = "agency"


@for_everybody
@read_or_post
def new_agency(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Offer what was understood, and the search; once an agency is known without a topic, ask for that."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if request.method != "POST" and typed.is_what_open(draft):
        return to_step("new-what", draft)
    if request.method != "POST" and mandate_views.is_over(draft, at=at):
        return mandate_views.over_page(request, draft)
    if request.method != "POST":
        return _agency_page(request, draft, typed.unpack(draft, _STEP), at)
    take = _take_fit if "fits" in request.POST else _take_agency
    return take(request, writer, draft, at)


def _agency_page(request: HttpRequest, draft: Draft, held: Typed | None, at: datetime) -> HttpResponse:
    is_fit = held is not None and "fits" in held.data
    form = _search(draft, held.data if held and not is_fit else None, at)
    found = understood(draft, at=at) if draft.has_words else NOTHING_UNDERSTOOD
    fit = FitForm(held.data if held and is_fit else None, understood=found)
    return _render(request, draft, form, fit, at)


def _render(
    request: HttpRequest, draft: Draft, form: AgencyStepForm, fit: FitForm, at: datetime, status: int = 200
) -> HttpResponse:
    context = step_context(form, draft, at, understood=fit.understood) | {
        "fit": fit,
        "summary": fit if fit.is_bound else form,
        "needs_topic": draft.agency is not None and draft.topic is None,
        "can_receive": drafting.can_receive(draft.agency, at=at),
        "offer": owners.for_draft(draft, at=at) if draft.agency_unknown and draft.topic else None,
    }
    return render(request, "complaints/portal/filing/new_agency.html", context, status=status)


def _search(draft: Draft, data: Any, at: datetime) -> AgencyStepForm:
    return AgencyStepForm(data, draft=draft, agencies=_AGENCIES.rows(on=timezone.localdate(at)))


_AGENCIES: Final = CompiledRead(lambda _shape, *, on: Agency.objects.complainable(on=on), is_prepared=True)


# ---- the presses ----


def _take_fit(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if not draft.is_begun:
        return to_step("new-what", draft)
    form = FitForm(request.POST, understood=understood(draft, at=at))
    if not form.is_valid():
        return _refuse(request, writer, draft, form, at)
    drafting.save_draft(draft, writer, at=at, typed="", **form.chosen)
    return to_step(drafting.step_after_agency(draft), draft)


def _take_agency(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    form = _search(draft, request.POST, at)
    if not form.is_valid():
        return _refuse(request, writer, draft, form, at)
    try:
        drafting.save_draft(draft, writer, at=at, typed="", **form.chosen)
    except TooManyDrafts:
        say_too_many(form, writer)
        return _render(request, draft, form, FitForm(understood=NOTHING_UNDERSTOOD), at, status=TOO_MANY_REQUESTS)
    if not form.needs_topic:
        return to_step(drafting.step_after_agency(draft), draft)
    if draft.agency:
        words = {"agency": draft.agency.name}
        messages.success(request, gettext("You chose %(agency)s. Now choose the topic below.") % words)
    return to_step("new-agency", draft, "topics")


def _refuse(
    request: HttpRequest, writer: Writer, draft: Draft, form: AgencyStepForm | FitForm, at: datetime
) -> HttpResponse:
    """Keep the press with the draft and lead to its page, which says what is wrong."""
    try:
        drafting.save_draft(draft, writer, at=at, typed=typed.pack(_STEP, request.POST))
    except TooManyDrafts:
        say_too_many(form, writer)
        search = form if isinstance(form, AgencyStepForm) else _search(draft, None, at)
        fit = form if isinstance(form, FitForm) else FitForm(understood=NOTHING_UNDERSTOOD)
        return _render(request, draft, search, fit, at, status=TOO_MANY_REQUESTS)
    return to_step("new-agency", draft)


# ---- the topics of another agency, for the script ----


@for_everybody
@require_safe
def new_topics(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Return the topics that an agency offers, as the part of the page that the script replaces."""
    agencies = Agency.objects.complainable(on=timezone.localdate(timezone.now()))
    agency = get_object_or_404(agencies, code=request.GET.get("agency", ""))
    draft = Draft(kind=kind, agency=agency, **writer.owns())
    form = AgencyStepForm(draft=draft, agencies=[agency])
    return render(request, "complaints/portal/filing/_topics.html", {"form": form})
