"""Reading the case back, filing it, and the page that shows its number large; and the end of a contact."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CONTACT_CENTRE
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday
from complaints.actions.topic_answers import given_answers
from complaints.case_text.kinds import words_of_kind
from complaints.contact_centre import contacts
from complaints.contact_centre.callers import lookup
from complaints.contact_centre.new_call import reading_back
from complaints.contact_centre.new_call.pages import (
    CONFLICT,
    contact_draft,
    contact_page,
    person_context,
    proven_page,
)
from complaints.filing import drafting
from complaints.models import Case, CentreContact, Draft
from complaints.staff.frame import frame
from complaints.suggestions.similar import reported_before

logger = logging.getLogger(__name__)


@never_cache
@proven_page
def read_back(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Show what to read to the person, and file the case; a second press finds the case of the first."""
    at, draft, citizen = timezone.now(), contact_draft(contact), contact.citizen
    if citizen is None:
        return redirect("call-person", contact.pk)
    questions = drafting.draft_questions(draft)
    if not (draft.is_complete and drafting.has_answers(draft, questions)):
        return redirect("call-file", contact.pk)
    refused = ""
    if request.method == "POST":
        case, refused = _file(contact, draft, request, at=at)
        if case is not None:
            return redirect("call-saved", contact.pk)
    context = {
        "draft": draft,
        "mark": contacts.read_back_mark(draft),
        "kind": words_of_kind(draft.kind),
        "sentences": reading_back.sentences(draft, citizen, given_answers(questions, draft.answers)),
        "reported": reported_before(draft, at=at),
        "can_receive": drafting.can_receive(draft.agency, at=at),
        "refused": refused,
        **person_context(contact, signed_in_user(request), at=at),
    }
    status = CONFLICT if refused else 200
    return render(request, "complaints/contact_centre/new_call/read_back.html", context, status=status)


def _file(contact: CentreContact, draft: Draft, request: HttpRequest, *, at: datetime) -> tuple[Case | None, str]:
    """File the case, or return why it was not; the press is refused where the draft is not the one that was read."""
    seen, language = request.POST.get("seen", ""), get_language() or "ar"
    try:
        case = contacts.file(contact, draft, seen=seen, language=language, at=at)
    except contacts.DraftChanged:
        return None, gettext("The draft has changed since you read it. Read it back once more.")
    except (Draft.DoesNotExist, DraftIncomplete):
        return None, gettext("Nothing was sent. Complete the missing step and try again.")
    except TooManyToday:
        return None, gettext("This person has filed the maximum number of cases for one day. Try again tomorrow.")
    except AlreadyFiled as filed:
        words = {"number": f"\u2066{filed.case.reference}\u2069"}
        return None, gettext("An open case already has this text: %(number)s. Add to it instead.") % words
    logger.info("a case was filed for a caller", extra={"case_id": case.pk, "user_id": str(contact.agent_id)})
    return case, ""


@never_cache
@staff_required(CONTACT_CENTRE)
@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: HttpRequest, contact: UUID) -> HttpResponse:
    """Show the number large, to be read out; from here the agent goes on with the same person or with the next."""
    agent, at = signed_in_user(request), timezone.now()
    own = CentreContact.objects.select_related("citizen").exclude(reference="")
    done = get_object_or_404(own, pk=contact, agent=agent)
    if request.method == "POST" and contacts.may_go_on(done, at=at):
        again = contacts.go_on(done, at=at)
        return redirect("call-file", again.pk)
    case = get_object_or_404(Case.objects.not_own_or_recused(agent).for_page(), reference=done.reference)
    status, promise = lookup.status_for_caller(case, at=at)
    context = {
        "contact": done,
        "may_go_on": contacts.may_go_on(done, at=at),
        "case": case,
        "status": status,
        "promise": promise,
        **frame(agent, at=at),
    }
    return render(request, "complaints/contact_centre/new_call/saved.html", context)


@contact_page
def end(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """End the contact without a case; what was written stays as the person's draft."""
    if request.method == "POST":
        contacts.drop(contact, at=timezone.now())
        messages.success(request, _ended_text(contact))
        return redirect("calls-new")
    return redirect("call-person", contact.pk)


def _ended_text(contact: CentreContact) -> str:
    if contact.result == "dropped":
        return gettext("The contact has ended. The draft is kept for seven days and shown when the person calls again.")
    return gettext("The contact has ended.")


@proven_page
def open_case(request: HttpRequest, contact: CentreContact, ref: str) -> HttpResponse:
    """Open a case of the person who has proven who they are."""
    agent, at = signed_in_user(request), timezone.now()
    own = Case.objects.not_own_or_recused(agent).filter(citizen=contact.citizen)
    case = get_object_or_404(own, reference=ref)
    if request.method != "POST":
        return redirect("call-file", contact.pk)
    contacts.look_at(contact, case, at=at)
    lookup.remember_caller(request.session, case, at=at, contact=contact, is_on_line=True)
    return redirect("caller-case", case.reference)
