"""Filing in three steps, kept in a draft from the first; and the receipt."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import citizen_required, signed_in_citizen, signed_in_user
from accounts.models import Citizen
from agencies.models import Agency, Governorate
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday
from complaints.actions.topic_answers import given
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import promise_card
from complaints.models import Case, Draft
from complaints.portal.access import TOO_MANY, own_case, posted_data, read_or_post
from complaints.portal.filing import drafting
from complaints.portal.filing.agency_view import agency_view
from complaints.portal.filing.forms import STALE, AgencyStepForm, CheckStepForm, DetailsStepForm
from complaints.suggestions import owners
from complaints.suggestions.similar import reported_before

#: Said to somebody who sends the same words once more; the page links to the open case.
SAID_ALREADY = _("You have already sent this text and that case is still open. Add to it instead.")
#: Buttons of the second step that keep what there is without going on.
KEEP, REMOVE, LATER, AUTOSAVE = "keep", "remove", "later", "autosave"


@citizen_required
@require_safe
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a filing, or go on where the draft stands."""
    draft = drafting.find_or_start_draft(signed_in_citizen(request), kind)
    return redirect(drafting.next_step(draft), kind=kind)


@citizen_required
@require_POST
def new_restart(request: HttpRequest, kind: str) -> HttpResponse:
    """Throw the draft away and begin again."""
    uploads.discard(drafting.find_or_start_draft(signed_in_citizen(request), kind))
    return redirect("new-agency", kind=kind)


@citizen_required
@read_or_post
def new_agency(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask whom it is about, and once that is known, the topic."""
    at = timezone.now()
    draft = drafting.find_or_start_draft(signed_in_citizen(request), kind)
    agencies = Agency.objects.complainable(on=timezone.localdate(at))
    form = AgencyStepForm(posted_data(request), draft=draft, agencies=list(agencies))
    if form.is_bound and form.is_valid():
        drafting.save_draft(draft, at=at, **form.chosen)
        return redirect("new-agency" if form.needs_topic else "new-what", kind=kind)
    advice = {"offer": owners.for_draft(draft, at=at)} if draft.agency_unknown else {}
    return render(request, "complaints/portal/filing/new_agency.html", _step_context(form, draft, at) | advice)


@citizen_required
@read_or_post
def new_what(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask what happened and where, and take files: the good ones are kept also where something else is wrong."""
    at = timezone.now()
    draft = drafting.find_or_start_draft(signed_in_citizen(request), kind)
    if not draft.has_agency_step:
        return redirect("new-agency", kind=kind)
    form = _what_form(request, draft, at)
    if form.is_bound:
        is_valid = form.is_valid()
        is_kept = _keep(form, draft)
        _remove(draft, request.POST.get(REMOVE, ""))
        if is_valid or AUTOSAVE in request.POST:
            drafting.save_draft(draft, at=at, **form.words)
            if is_kept:
                return _after_what(request, kind)
    return render(request, "complaints/portal/filing/new_what.html", _step_context(form, draft, at))


def _what_form(request: HttpRequest, draft: Draft, at: datetime) -> DetailsStepForm:
    presses = {KEEP, REMOVE, LATER, AUTOSAVE}
    return DetailsStepForm(
        posted_data(request),
        request.FILES if request.method == "POST" else None,
        draft=draft,
        questions=drafting.draft_questions(draft),
        governorates=list(Governorate.objects.all()),
        room=uploads.MOST_FILES - draft.attachments.count(),
        is_partial=not presses.isdisjoint(request.POST),
        uploader=uploader_key(signed_in_user(request)),
        at=at,
    )


def _keep(form: DetailsStepForm, draft: Draft) -> bool:
    """Keep the files; tell whether they were, and say beside their field if not."""
    try:
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


def _after_what(request: HttpRequest, kind: str) -> HttpResponse:
    """Go where the pressed button leads."""
    if AUTOSAVE in request.POST:
        return HttpResponse(status=204)
    if LATER in request.POST:
        messages.success(request, gettext("Draft saved. You can continue at any time."))
        return redirect("home")
    if KEEP in request.POST or REMOVE in request.POST:
        return redirect("new-what", kind=kind)
    return redirect("new-check", kind=kind)


@citizen_required
@read_or_post
def new_check(request: HttpRequest, kind: str) -> HttpResponse:
    """Show everything once more and send it; a second press finds the case of the first.

    Whoever stays unnamed sees it as the agency will before it is sent.
    """
    at = timezone.now()
    citizen = signed_in_citizen(request)
    form = CheckStepForm(posted_data(request), phone=citizen.masked_phone, email=citizen.confirmed_email)
    is_unread = form.is_bound and form.is_valid() and _is_unread(form, citizen)
    if form.is_bound and form.is_valid() and not is_unread and (case := _send(request, form, at)):
        return redirect("receipt", ref=case.reference)
    draft = drafting.find_or_start_draft(citizen, kind)
    questions = drafting.draft_questions(draft)
    if draft.topic is None or not (draft.is_complete and drafting.has_answers(draft, questions)):
        return _go_back(request, draft)
    form.initial = {"notify_by": citizen.offered_way, "hides_identity": draft.hides_identity}
    advice = {"reported": reported_before(draft, at=at), "offer": owners.for_draft(draft, at=at)}
    answers = given(questions, draft.answers)
    hides = bool(form["hides_identity"].value()) or draft.topic.hides_identity
    view = agency_view(draft, citizen, answers=answers) if hides and not draft.topic.withheld_from_agency else None
    advice |= {"answers": answers, "agency_view": view, "is_unread": is_unread}
    return render(request, "complaints/portal/filing/new_check.html", _step_context(form, draft, at) | advice)


def _is_unread(form: CheckStepForm, citizen: Citizen) -> bool:
    """Tell whether the person wants to stay unnamed and has not seen this text as the agency will.

    Not asked of a late press, whose draft is a case by now, nor of a draft that no agency gets.
    """
    if not form.cleaned_data["hides_identity"]:
        return False
    draft = drafting.find_draft(form.cleaned_data["draft"], citizen)
    if draft is None or draft.topic is None or draft.topic.withheld_from_agency:
        return False
    answers = given(drafting.draft_questions(draft), draft.answers)
    seen: str = form.cleaned_data["seen"]
    return agency_view(draft, citizen, answers=answers).digest != seen


def _send(request: HttpRequest, form: CheckStepForm, at: datetime) -> Case | None:
    """Send what the pressed button belongs to; a token that leads nowhere is an error of the form."""
    token, language = form.cleaned_data["draft"], get_language() or "ar"
    try:
        return drafting.send_draft(token, by=signed_in_user(request), at=at, language=language, **form.wishes)
    except (Draft.DoesNotExist, DraftIncomplete):
        form.add_error("draft", STALE)
    except TooManyToday:
        form.add_error(None, TOO_MANY)
    except AlreadyFiled:
        form.add_error(None, SAID_ALREADY)
    return None


def _go_back(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Lead to what is missing; a press that sent nothing is told so."""
    if request.method == "POST":
        messages.warning(request, gettext("Nothing was sent. Complete the missing step and try again."))
    return redirect(drafting.next_step(draft), kind=draft.kind)


def _step_context(form: forms.Form, draft: Draft, at: datetime) -> dict[str, Any]:
    is_begun = draft.updated_at is not None
    return {
        "form": form,
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "attachments": draft.attachments.all() if is_begun else (),
        "is_begun": is_begun,
        "is_restored": drafting.is_restored(draft, at=at),
    }


@citizen_required
@require_safe
def receipt(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the tracking number and what happens next."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    context = {"case": case, "kind": words_of_kind(case.kind), "promise": promise_card(case, at=at)}
    return render(request, "complaints/portal/filing/receipt.html", context)
