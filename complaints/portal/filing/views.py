"""Filing: the first page, what happened, the check before sending, and the receipt."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import citizen_required
from complaints.attachments import uploads
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import promise_card
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.forms import DetailsStepForm
from complaints.filing.preselection import preselect
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal import answers
from complaints.portal.access import own_case, read_or_post
from complaints.portal.filing import mandate_views, typed, what_step
from complaints.portal.filing.open_drafts import OpenDraft
from complaints.portal.filing.steps import requested_draft, step_url, to_step
from complaints.portal.filing.what_step import AUTOSAVE, HOME, KEEP, LATER, REMOVE, STEP
from complaints.portal.filing.writer import for_everybody
from complaints.track_record.answers import answer_times
from kit.browser_powers import allows_powers


@allows_powers("geolocation", "microphone")
@for_everybody
@require_safe
def new(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Ask what happened; somebody with unfinished drafts of this kind is shown them first.

    ``?agency=`` and ``?topic=`` choose whom it is for and about what, ``?site=`` says on which agency's site.
    """
    at = timezone.now()
    waiting = drafting.waiting_drafts(writer, at=at, kind=kind)
    if not waiting and answers.come_first(kind, asks=bool({"ask", "agency", "topic", "site"} & request.GET.keys())):
        return redirect("answers")
    fresh = preselect(Draft(kind=kind, **writer.owns()), request.GET, at=at)
    if not waiting:
        return _what_page(request, writer, fresh, at)
    context = {
        "kind": words_of_kind(kind),
        "drafts": [OpenDraft.of(draft) for draft in waiting],
        "another_url": step_url("new-what", fresh),
    }
    return render(request, "complaints/portal/filing/new_open.html", context)


@for_everybody
@require_POST
def new_restart(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Throw the draft away and begin again; one that is not the writer's stays where it is."""
    draft = requested_draft(request, writer, kind, at=timezone.now())
    if draft.is_begun:
        uploads.discard(draft)
    return to_step("new-what", Draft(kind=kind))


# ---- what happened ----


@allows_powers("geolocation", "microphone")
@for_everybody
@read_or_post
def new_what(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Ask what happened and where, and take files: the good ones are kept also where something else is wrong."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    return (
        _take_what(request, writer, draft, at) if request.method == "POST" else _what_page(request, writer, draft, at)
    )


def _what_page(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if mandate_views.is_over(draft, at=at):
        return mandate_views.over_page(request, draft)
    held = typed.unpack(draft, STEP) or what_step.pressed_empty(request.GET, draft)
    form = what_step.details_form(held.data if held else None, None, writer=writer, draft=draft, at=at)
    for sentence in held.refused if held else ():
        form.add_error("attachments", sentence)
    return what_step.render_step(request, writer, form, draft, at)


def _take_what(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if what_step.is_empty(request.POST, request.FILES, draft):
        return redirect(f"{step_url('new-what', draft)}&{what_step.EMPTY}=1")
    form = what_step.details_form(request.POST, request.FILES, writer=writer, draft=draft, at=at)
    try:
        draft = what_step.take(form, request.POST, writer=writer, draft=draft, at=at)
    except TooManyDrafts:
        return what_step.render_too_many(request, writer, form, draft, at)
    _remove(draft, request.POST.get(REMOVE, ""))
    return _after_what(request, form, draft)


def _remove(draft: Draft, key: str) -> None:
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return
    for attachment in draft.attachments.filter(pk=wanted):
        uploads.remove(attachment)


def _after_what(request: HttpRequest, form: DetailsStepForm, draft: Draft) -> HttpResponse:
    """Go where the pressed button leads, or back to what is not in order."""
    if AUTOSAVE in request.POST:
        return HttpResponse(status=204)
    if form.errors or KEEP in request.POST or REMOVE in request.POST:
        return to_step("new-what", draft)
    if HOME in request.POST:
        return to_step("new-what", draft, "place")
    if LATER in request.POST:
        messages.success(request, gettext("Draft saved. You can continue at any time."))
        return redirect("home") if draft.citizen_id else redirect("new", kind=draft.kind)
    return to_step(drafting.next_step(draft), draft)


# ---- the receipt ----


@citizen_required
@require_safe
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the tracking number and what happens next."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    context = {
        "case": case,
        "kind": words_of_kind(case.kind),
        "promise": promise_card(case, at=at),
        "times": answer_times(kind=case.kind, agency=case.agency_id, topic=case.topic),
    }
    return render(request, "complaints/portal/filing/receipt.html", context)
