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
from complaints.attachments.fields import NOT_STORED
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import promise_card
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.forms import DetailsStepForm
from complaints.filing.place_form import all_governorates, area_options
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal import answers
from complaints.portal.access import own_case, read_or_post
from complaints.portal.filing import home_address, typed
from complaints.portal.filing.open_drafts import OpenDraft
from complaints.portal.filing.steps import (
    TOO_MANY_REQUESTS,
    requested_draft,
    say_too_many,
    step_context,
    step_url,
    to_step,
)
from complaints.portal.filing.typed import Typed
from complaints.portal.filing.writer import for_everybody
from complaints.track_record.answers import answer_times
from kit.browser_powers import allows_powers

#: Buttons of the first step that keep what there is without going on.
KEEP, REMOVE, LATER, AUTOSAVE, HOME = "keep", "remove", "later", "autosave", "home"
_STEP = "what"


@allows_powers("geolocation", "microphone")
@for_everybody
@require_safe
def new(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Ask what happened; somebody with unfinished drafts of this kind is shown them first."""
    at = timezone.now()
    waiting = drafting.waiting_drafts(writer, at=at, kind=kind)
    if not waiting and answers.come_first(kind, asks="ask" in request.GET):
        return redirect("answers")
    if not waiting:
        return _what_page(request, writer, Draft(kind=kind, **writer.owns()), at)
    context = {
        "kind": words_of_kind(kind),
        "drafts": [OpenDraft.of(draft) for draft in waiting],
        "another_url": step_url("new-what", Draft(kind=kind)),
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
    held = typed.unpack(draft, _STEP)
    form = _what_form(request, writer, draft, at, held=held)
    for sentence in held.refused if held else ():
        form.add_error("attachments", sentence)
    return _render_what(request, writer, form, draft, at)


def _render_what(
    request: HttpRequest, writer: Writer, form: DetailsStepForm, draft: Draft, at: datetime, status: int = 200
) -> HttpResponse:
    context = step_context(form, draft, at) | {
        "area_options": area_options(),
        "home_address": home_address.words_of(writer.citizen),
    }
    return render(request, "complaints/portal/filing/new_what.html", context, status=status)


def _take_what(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    form = _what_form(request, writer, draft, at)
    is_in_order = form.is_valid()
    words = form.words if is_in_order or AUTOSAVE in request.POST else {}
    if HOME in request.POST:
        words |= home_address.words_of(writer.citizen)
    try:
        draft = drafting.save_draft(draft, writer, at=at, typed=_typed(form, request), **words)
    except TooManyDrafts:
        say_too_many(form, writer)
        return _render_what(request, writer, form, draft, at, status=TOO_MANY_REQUESTS)
    if not _keep(form, draft, writer):
        drafting.save_draft(draft, writer, at=at, typed=_typed(form, request))
    _remove(draft, request.POST.get(REMOVE, ""))
    return _after_what(request, form, draft)


def _typed(form: DetailsStepForm, request: HttpRequest) -> str:
    """Return what is kept of a press that is not in order, empty for one that is."""
    refused = [str(text) for text in form.errors.get("attachments", ())]
    return typed.pack(_STEP, request.POST, refused=refused) if form.errors else ""


def _what_form(
    request: HttpRequest, writer: Writer, draft: Draft, at: datetime, *, held: Typed | None = None
) -> DetailsStepForm:
    presses = {KEEP, REMOVE, LATER, AUTOSAVE, HOME}
    is_press = request.method == "POST"
    data = request.POST if is_press else held.data if held else None
    return DetailsStepForm(
        data,
        request.FILES if is_press else None,
        draft=draft,
        questions=drafting.draft_questions(draft),
        governorates=all_governorates(),
        room=uploads.MOST_FILES - (draft.attachments.count() if draft.is_begun else 0),
        is_partial=not presses.isdisjoint(data or {}),
        uploader=writer.uploader,
        network=writer.network,
        at=at,
    )


def _keep(form: DetailsStepForm, draft: Draft, writer: Writer) -> bool:
    """Keep the files; tell whether they were, and say beside their field if not."""
    try:
        with drafting.locked(draft):
            room = drafting.room_for_bytes(draft, writer) if form.taken else None
            if room is not None and sum(attachment.size for attachment in form.taken) > room:
                text = gettext(
                    "These files were not uploaded: before you sign in, a draft holds up to 10 MB of files. "
                    "Choose smaller files, or sign in first."
                )
                form.add_error("attachments", text)
                return False
            uploads.keep(form.taken, draft=draft)
    except uploads.NotStored:
        form.add_error("attachments", NOT_STORED)
        return False
    return True


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
