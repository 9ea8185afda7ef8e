"""The pages that file a case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import citizen_required, signed_in_user
from accounts.models import Citizen, MandateOver
from agencies.models import Agency, Topic
from complaints.actions.answers import given_answers
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.promise import promise_card
from complaints.escalation.expiry import last_day
from complaints.filing import drafting
from complaints.filing.agency_form import agency_view
from complaints.filing.drafting import TooManyDrafts, Writer
from complaints.filing.forms import STALE, CheckStepForm, DetailsStepForm, all_governorates, area_options
from complaints.filing.understanding import preselect
from complaints.models import Case, Draft, TopicAnswer
from complaints.own_cases import TOO_MANY
from complaints.portal import answers, filing_steps
from complaints.portal.access import own_case, read_or_post
from complaints.portal.filing_steps import (
    TOO_MANY_REQUESTS,
    OpenDraft,
    draft_token,
    for_everybody,
    requested_draft,
    say_too_many,
    step_context,
    step_url,
    to_step,
)
from complaints.suggestions import owners
from complaints.suggestions.similar import reported_before
from complaints.track_record.answers import answer_times
from complaints.visibility.redaction import must_hide
from kit.browser_powers import allows_powers

# ---- The first step of filing, whichever way its words and files come: by its page, from a browser offline, or
# shared.


#: Buttons of the step that keep what there is without going on.
KEEP, REMOVE, LATER, AUTOSAVE, HOME = "keep", "remove", "later", "autosave", "home"
STEP = filing_steps.WHAT
#: In the address of the page: its empty form was sent.
EMPTY = "empty"


def details_form(
    data: QueryDict | None,
    files: MultiValueDict[str, UploadedFile[Any]] | None,
    *,
    writer: Writer,
    draft: Draft,
    at: datetime,
) -> DetailsStepForm:
    """Return the form of the step with ``data`` and ``files``, or with what the draft has."""
    return DetailsStepForm(
        data,
        files,
        draft=draft,
        questions=drafting.draft_questions(draft),
        governorates=all_governorates(),
        room=uploads.MOST_FILES - len(uploads.of_draft(draft)),
        is_partial=not {KEEP, REMOVE, LATER, AUTOSAVE, HOME}.isdisjoint(data or {}),
        uploader=writer.uploader,
        network=writer.network,
        at=at,
    )


def is_empty(data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], draft: Draft) -> bool:
    """Tell whether a press to go on, or to save for later, holds nothing that a draft could be begun with."""
    if draft.is_begun or files or AUTOSAVE in data:
        return False
    return not any(
        text.strip() for name in data.keys() - filing_steps.NOT_TYPED - {LATER} for text in data.getlist(name)
    )


def pressed_empty(query: QueryDict, draft: Draft) -> filing_steps.Typed | None:
    """Return the empty press that the address tells of, which begins no draft."""
    return filing_steps.Typed(STEP, QueryDict()) if EMPTY in query and not draft.is_begun else None


def render_step(
    request: HttpRequest, writer: Writer, form: DetailsStepForm, draft: Draft, at: datetime, status: int = 200
) -> HttpResponse:
    """Return the page of the step."""
    context = step_context(form, draft, at) | {
        "area_options": area_options(),
        "home_address": filing_steps.address_words(writer.citizen),
    }
    return render(request, "complaints/portal/filing/new_what.html", context, status=status)


def render_too_many(
    request: HttpRequest, writer: Writer, form: DetailsStepForm, draft: Draft, at: datetime
) -> HttpResponse:
    """Return the page of the step with its words, and why no draft could be begun with them."""
    say_too_many(form, writer)
    return render_step(request, writer, form, draft, at, status=TOO_MANY_REQUESTS)


def take(form: DetailsStepForm, data: QueryDict, *, writer: Writer, draft: Draft, at: datetime) -> Draft:
    """Keep the words and the good files in the draft, and what is not in order as it was typed; return the draft.

    Raises ``TooManyDrafts``, and has kept nothing then.
    """
    is_in_order = form.is_valid()
    words = form.words if is_in_order or AUTOSAVE in data else {}
    if HOME in data:
        words |= filing_steps.address_words(writer.citizen)
    draft = drafting.save_draft(draft, writer, at=at, typed=_typed(form, data), **words)
    if not _keep_files(form, draft, writer):
        drafting.save_draft(draft, writer, at=at, typed=_typed(form, data))
    return draft


def _typed(form: DetailsStepForm, data: QueryDict) -> str:
    """Return what is kept of a press that is not in order, empty for one that is."""
    refused: Sequence[str] = [str(text) for text in form.errors.get("attachments", ())]
    return filing_steps.pack(STEP, data, refused=refused) if form.errors else ""


def _keep_files(form: DetailsStepForm, draft: Draft, writer: Writer) -> bool:
    """Keep the files; tell whether they were, and say beside their field if not."""
    if not form.taken:
        return True
    try:
        with drafting.locked(draft):
            room = drafting.room_for_bytes(draft, writer)
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


# ---- A draft that was begun by a mandate which is over: what was written stays, to be sent as one's own or
# deleted.


def is_over(draft: Draft, *, at: datetime) -> bool:
    """Tell whether the mandate of a draft, if it has one, is over; one statement where it has one."""
    return draft.mandate is not None and not draft.mandate.is_in_force(at=at)


def over_page(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Return the page that stands for every step of such a draft."""
    held = filing_steps.unpack(draft, filing_steps.WHAT)
    context = {
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "mandate": draft.mandate,
        "words": held.data.get("details", "") if held else draft.details,
        "attachments": uploads.of_draft(draft),
        "last_day": last_day(draft),
        "own_url": step_url("new-own", draft),
        "restart_url": step_url("new-restart", draft),
    }
    return render(request, "complaints/portal/filing/new_mandate_over.html", context)


@for_everybody
@require_POST
def new_own(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Make the draft of a mandate that is over the writer's own; of any other one nothing changes."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if draft.is_begun and is_over(draft, at=at):
        drafting.save_draft(draft, writer, at=at, mandate=None)
        messages.info(
            request, gettext("This is in your own name now. Read it once more: you wrote it for another person.")
        )
    return to_step("new-what", draft)


# ---- Filing: the first page, what happened, the check before sending, and the receipt. ----


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
    if is_over(draft, at=at):
        return over_page(request, draft)
    held = filing_steps.unpack(draft, STEP) or pressed_empty(request.GET, draft)
    form = details_form(held.data if held else None, None, writer=writer, draft=draft, at=at)
    for sentence in held.refused if held else ():
        form.add_error("attachments", sentence)
    return render_step(request, writer, form, draft, at)


def _take_what(request: HttpRequest, writer: Writer, draft: Draft, at: datetime) -> HttpResponse:
    if is_empty(request.POST, request.FILES, draft):
        return redirect(f"{step_url('new-what', draft)}&{EMPTY}=1")
    form = details_form(request.POST, request.FILES, writer=writer, draft=draft, at=at)
    try:
        draft = take(form, request.POST, writer=writer, draft=draft, at=at)
    except TooManyDrafts:
        return render_too_many(request, writer, form, draft, at)
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


# ---- Taking the agency or the topic that is suggested to a person who files. ----


@for_everybody
@require_POST
def new_choose(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Take the suggested agency or topic into the draft and go on where it then stands."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if not draft.has_agency_step:
        return to_step("new-agency", draft)
    take = _with_topic if "topic" in request.POST else _with_agency
    draft = take(request, writer, draft, at=at)
    return to_step(drafting.next_step(draft), draft)


def _with_topic(request: HttpRequest, writer: Writer, draft: Draft, *, at: datetime) -> Draft:
    topics = Topic.objects.filter(is_active=True, parent__isnull=False, kinds__contains=[draft.kind])
    topic = get_object_or_404(topics, code=request.POST["topic"])
    if draft.agency and not drafting.offers(draft.agency, topic, kind=draft.kind):
        raise Http404
    messages.success(request, gettext("You chose the topic “%(topic)s”.") % {"topic": topic.name})
    return drafting.save_draft(draft, writer, at=at, topic=topic)


def _with_agency(request: HttpRequest, writer: Writer, draft: Draft, *, at: datetime) -> Draft:
    agencies = Agency.objects.complainable(on=timezone.localdate(at))
    agency = get_object_or_404(agencies, code=request.POST.get("agency", ""))
    messages.success(request, gettext("You chose %(agency)s.") % {"agency": agency.name})
    return drafting.choose_agency(draft, writer, agency, at=at)


# ---- The last page of filing: everything once more, how to be told, and the button that sends. ----


#: Said to somebody who sends the same words once more; the page links to the open case.
SAID_ALREADY = _("You have already sent this text and that case is still open. Add to it instead.")
_STEP = "check"
#: What a press was answered, as it is kept for the page that follows, and the sentence for it.
UNREAD, TOO_MANY_TODAY, SENT_ALREADY, OVER = "unread", "too_many", "already", "over"
_SENTENCES = {TOO_MANY_TODAY: TOO_MANY, SENT_ALREADY: SAID_ALREADY}


@for_everybody
@read_or_post
def new_check(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Show everything once more and send it; a second press finds the case of the first.

    Whoever stays unnamed sees it as the agency will before it is sent. A visitor signs in or registers here, and comes
    back to this page with the same draft.
    """
    at = timezone.now()
    if request.method == "POST" and writer.citizen is not None:
        return _press(request, writer, writer.citizen, kind, at)
    draft = requested_draft(request, writer, kind, at=at)
    if request.method == "POST":
        return _back(request, writer, draft, "", at=at)
    if is_over(draft, at=at):
        return over_page(request, draft)
    if filing_steps.typed_is_what_open(draft):
        return to_step("new-what", draft)
    questions = drafting.draft_questions(draft)
    if not (draft.is_complete and drafting.has_answers(draft, questions)):
        return to_step(drafting.next_step(draft), draft)
    answers = given_answers(questions, draft.answers)
    context = _page(draft, _case_owner(draft, writer.citizen), answers, at)
    return render(request, "complaints/portal/filing/new_check.html", context)


def _page(draft: Draft, citizen: Citizen | None, answers: list[TopicAnswer], at: datetime) -> dict[str, Any]:
    form, said = _form(draft, citizen)
    context = step_context(form, draft, at) | {
        "answers": answers,
        "reported": reported_before(draft, at=at),
        "offer": owners.for_draft(draft, at=at),
        "must_hide": must_hide(draft.topic, kind=draft.kind),
        "can_receive": drafting.can_receive(draft.agency, at=at),
        "here": step_url("new-check", draft),
        "times": answer_times(
            kind=draft.kind, agency=None if _is_withheld(draft) else draft.agency_id, topic=draft.topic
        ),
    }
    if citizen is None:
        return context
    hides = bool(form["hides_identity"].value()) or context["must_hide"]
    view = agency_view(draft, citizen, answers=answers) if hides and not _is_withheld(draft) else None
    return context | {"agency_view": view, "is_unread": said == UNREAD}


def _form(draft: Draft, citizen: Citizen | None) -> tuple[CheckStepForm, str]:
    """Return the form, with the press that is not in order if there is one, and what was said to it."""
    held = filing_steps.unpack(draft, _STEP)
    phone, email = (citizen.offered_phone, citizen.confirmed_email) if citizen else ("", "")
    data = held.data if held else None
    if data is not None:
        data["draft"] = str(draft.pk)
    form = CheckStepForm(data, phone=phone, email=email)
    form.initial = {"notify_by": citizen.offered_way if citizen else "", "hides_identity": draft.hides_identity}
    if held and held.said in _SENTENCES and form.is_valid():
        form.add_error(None, _SENTENCES[held.said])
    return form, held.said if held else ""


def _is_withheld(draft: Draft) -> bool:
    return draft.topic is not None and draft.topic.withheld_from_agency


# ---- the press ----


def _case_owner(draft: Draft, writer: Citizen | None) -> Citizen | None:
    """Return whose case the draft becomes: its writer's, or that of the person for whom they speak by a mandate."""
    return draft.mandate.person if draft.mandate else writer


def _press(request: HttpRequest, writer: Writer, citizen: Citizen, kind: str, at: datetime) -> HttpResponse:
    """Send the draft and lead to the receipt, or keep the press with the draft and lead back to what is wrong."""
    whose = _pressed_for(request, citizen)
    form = CheckStepForm(request.POST, phone=whose.offered_phone, email=whose.confirmed_email)
    said = "errors"
    if form.is_valid():
        if not _is_unread(form, citizen, whose):
            case, said = _send(request, form, at)
            if case is not None:
                return redirect("receipt", ref=case.reference)
        else:
            said = UNREAD
    draft = requested_draft(request, writer, kind, at=at)
    if "draft" in form.errors or not said:
        messages.error(request, STALE)
    return _back(request, writer, draft, said, at=at)


def _back(request: HttpRequest, writer: Writer, draft: Draft, said: str, *, at: datetime) -> HttpResponse:
    """Lead to what is missing, or to the page again; a press that sent nothing is told so."""
    step = drafting.next_step(draft)
    if step != "new-check":
        messages.warning(request, gettext("Nothing was sent. Complete the missing step and try again."))
        return to_step(step, draft)
    if said:
        drafting.save_draft(draft, writer, at=at, typed=filing_steps.pack(_STEP, request.POST, said=said))
    return to_step("new-check", draft)


def _pressed_for(request: HttpRequest, citizen: Citizen) -> Citizen:
    """Return whose case the press sends; without a statement for somebody who writes for themselves."""
    if "for" not in request.POST or (token := draft_token(request)) is None:
        return citizen
    draft = Draft.objects.filter(pk=token, citizen=citizen).select_related("mandate__person").first()
    return (_case_owner(draft, citizen) if draft else None) or citizen


def _is_unread(form: CheckStepForm, citizen: Citizen, whose: Citizen) -> bool:
    """Tell whether the person wants to stay unnamed and has not seen this text as the agency will.

    Not asked of a late press, whose draft is a case by now, nor of a draft that no agency gets.
    """
    if not form.cleaned_data["hides_identity"]:
        return False
    own = Draft.objects.select_related("topic").filter(pk=form.cleaned_data["draft"], citizen=citizen)
    draft = own.first()
    if draft is None or _is_withheld(draft):
        return False
    answers = given_answers(drafting.draft_questions(draft), draft.answers)
    seen: str = form.cleaned_data["seen"]
    return agency_view(draft, whose, answers=answers).digest != seen


def _send(request: HttpRequest, form: CheckStepForm, at: datetime) -> tuple[Case | None, str]:
    """Send what the pressed button belongs to; else return what is said, empty for a token that leads nowhere."""
    token, language = form.cleaned_data["draft"], get_language() or "ar"
    try:
        case = drafting.send_draft(token, by=signed_in_user(request), at=at, language=language, **form.wishes)
    except (Draft.DoesNotExist, DraftIncomplete):
        return None, ""
    except MandateOver:
        return None, OVER
    except TooManyToday:
        return None, TOO_MANY_TODAY
    except AlreadyFiled:
        return None, SENT_ALREADY
    return case, ""
