"""The last page of filing: everything once more, how to be told, and the button that sends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _

from accounts.decorators import signed_in_user
from accounts.models import Citizen, MandateOver
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday
from complaints.actions.topic_answers import given_answers
from complaints.filing import drafting
from complaints.filing.agency_view import agency_view
from complaints.filing.forms import STALE, CheckStepForm
from complaints.filing.writers import Writer
from complaints.models import Case, Draft, TopicAnswer
from complaints.own_cases.access import TOO_MANY
from complaints.portal.access import read_or_post
from complaints.portal.filing import mandate_views, typed
from complaints.portal.filing.steps import draft_token, requested_draft, step_context, step_url, to_step
from complaints.portal.filing.writer import for_everybody
from complaints.suggestions import owners
from complaints.suggestions.similar import reported_before
from complaints.track_record.answers import answer_times
from complaints.visibility.identity import must_hide

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
    if mandate_views.is_over(draft, at=at):
        return mandate_views.over_page(request, draft)
    if typed.is_what_open(draft):
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
    held = typed.unpack(draft, _STEP)
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
        drafting.save_draft(draft, writer, at=at, typed=typed.pack(_STEP, request.POST, said=said))
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
