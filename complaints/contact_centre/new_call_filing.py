"""The case is written on one page, read back to whoever tells it, and filed; its number is then on the screen."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import Citizen
from accounts.roles import CONTACT_CENTRE
from agencies.models import Agency, Topic
from complaints.actions.answers import given_answers
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday
from complaints.actions.links import NoSuchProblem, ProblemOver
from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED
from complaints.case_text.kinds import words_of_kind
from complaints.contact_centre import callers, contacts
from complaints.contact_centre.new_call import (
    CONFLICT,
    TOO_MANY,
    CallerCaseForm,
    contact_draft,
    contact_page,
    draft_writer,
    is_on_paper,
    person_context,
    proven_page,
)
from complaints.filing import drafting
from complaints.filing.agency_form import AgencyStepForm
from complaints.filing.drafting import TooManyDrafts
from complaints.filing.forms import FitForm, all_governorates, area_options
from complaints.filing.understanding import NOTHING_UNDERSTOOD, problems_for, understood
from complaints.models import Case, CentreContact, Draft, NotifyBy, TopicAnswer
from complaints.staff.frame import frame
from complaints.suggestions.everyday import danger_in
from complaints.suggestions.similar import reported_before
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from complaints.visibility.redaction import must_hide
from complaints.workflow import Kind
from kit.unit import unit_name

logger = logging.getLogger(__name__)

#: What of a press says whom the case is for.
_AGENCY: Final = ("agency_name", "agency", "agency_match", "agency_unknown")


@dataclass
class CallerForms:
    """The forms of the page: the case, its agency and topic, and what its words were understood as."""

    case: CallerCaseForm
    agency: AgencyStepForm
    fit: FitForm

    @property
    def errors(self) -> bool:
        """Tell whether something on the page is not in order."""
        return any(form.is_bound and form.errors for form in (self.case, self.agency, self.fit))

    @property
    def summary(self) -> CallerCaseForm | AgencyStepForm | FitForm:
        """Return the form whose errors are listed first."""
        return next((form for form in (self.case, self.agency, self.fit) if form.is_bound and form.errors), self.case)


@never_cache
@proven_page
@keeps_unsent_form_until_redirect
def file_page(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Take the case down: each press keeps what is in order, and goes on to what is missing or to reading it back."""
    at, draft = timezone.now(), contact_draft(contact)
    if request.method != "POST":
        return _render(request, contact, draft, _open_forms(contact, draft, at), at)
    return _take(request, contact, draft, at)


def _open_forms(contact: CentreContact, draft: Draft, at: datetime) -> CallerForms:
    found = understood(draft, at=at) if draft.has_words and not draft.has_agency_step else NOTHING_UNDERSTOOD
    return CallerForms(
        _case_form(contact, draft, at), AgencyStepForm(draft=draft, agencies=_agencies(at)), FitForm(understood=found)
    )


def _agencies(at: datetime) -> list[Agency]:
    return list(Agency.objects.complainable(on=timezone.localdate(at)))


def _case_form(
    contact: CentreContact, draft: Draft, at: datetime, request: HttpRequest | None = None
) -> CallerCaseForm:
    takes_files = is_on_paper(contact)
    return CallerCaseForm(
        request.POST if request else None,
        request.FILES if request else None,
        draft=draft,
        takes_files=takes_files,
        questions=drafting.draft_questions(draft),
        governorates=all_governorates(),
        room=uploads.MOST_FILES - (draft.attachments.count() if takes_files and draft.is_begun else 0),
        uploader=str(contact.agent_id),
        at=at,
    )


# ---- a press ----


def _take(request: HttpRequest, contact: CentreContact, draft: Draft, at: datetime) -> HttpResponse:
    draft.kind = request.POST["kind"] if request.POST.get("kind") in Kind.values else draft.kind
    page = CallerForms(
        _case_form(contact, draft, at, request),
        AgencyStepForm(draft=draft, agencies=_agencies(at)),
        FitForm(understood=NOTHING_UNDERSTOOD),
    )
    page.case.is_valid()
    words = {**page.case.words, "kind": draft.kind}
    try:
        draft = drafting.save_draft(draft, draft_writer(contact), at=at, **words)
        contacts.remember_draft(contact, draft)
        chosen = _agency_and_topic(request, page, draft, at)
        draft = drafting.save_draft(draft, draft_writer(contact), at=at, **chosen)
        contacts.remember_draft(contact, draft)
    except TooManyDrafts:
        page.case.add_error(None, gettext("This person has too many unfinished drafts. File or delete one first."))
        return _render(request, contact, draft, page, at, status=TOO_MANY)
    _keep_files(page.case, draft)
    if page.errors:
        return _render(request, contact, draft, page, at)
    return redirect("call-read-back" if _is_ready(draft) else "call-file", contact.pk)


def _agency_and_topic(request: HttpRequest, page: CallerForms, draft: Draft, at: datetime) -> dict[str, Any]:
    """Return the agency and the topic that were typed or chosen; a topic that the kind does not offer is dropped."""
    if any(request.POST.get(name) for name in _AGENCY):
        page.agency = AgencyStepForm(request.POST, draft=draft, agencies=_agencies(at))
        page.agency.is_valid()
        return page.agency.chosen
    if request.POST.get("fit"):
        page.fit = FitForm(request.POST, understood=understood(draft, at=at))
        return page.fit.chosen if page.fit.is_valid() else {}
    if draft.topic and draft.kind not in draft.topic.kinds:
        return {"topic": None}
    return {}


def _keep_files(form: CallerCaseForm, draft: Draft) -> None:
    if not form.taken:
        return
    try:
        with drafting.locked(draft):
            uploads.keep(form.taken, draft=draft)
    except uploads.NotStored:
        form.add_error("attachments", NOT_STORED)


def _is_ready(draft: Draft) -> bool:
    return draft.is_complete and drafting.has_answers(draft, drafting.draft_questions(draft))


# ---- the page ----


def _render(
    request: HttpRequest, contact: CentreContact, draft: Draft, page: CallerForms, at: datetime, *, status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "form": page.case,
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "topic_groups": _topic_groups(draft),
        "focus": _focus(draft, page),
        "problems": problems_for(draft, page.fit.understood, at=at),
        "missing": _missing(draft) if not page.errors else (),
        "danger": danger_in(f"{draft.subject}. {draft.details}", at=at),
        "can_receive": drafting.can_receive(draft.agency, at=at),
        "area_options": area_options(),
        "attachments": draft.attachments.all() if draft.is_begun else (),
        **person_context(contact, signed_in_user(request), at=at),
    }
    return render(request, "complaints/contact_centre/new_call/file.html", context, status=status)


def _topic_groups(draft: Draft) -> Sequence[Topic]:
    """Return the topics to choose from, those of the agency first where there is one."""
    own = list(Topic.objects.offered(kind=draft.kind, agency=draft.agency)) if draft.agency else []
    return own or list(Topic.objects.offered(kind=draft.kind))


def _focus(draft: Draft, page: CallerForms) -> str:
    """Return the part of the page on which the agent goes on."""
    if not draft.has_words:
        return "kind"
    if not draft.has_agency_step:
        return "fit" if page.fit.understood.fits else "whom"
    return "questions" if draft.has_place else "place"


def _missing(draft: Draft) -> list[str]:
    """Return what a draft with words still lacks, in words for the agent."""
    if not draft.has_words:
        return []
    answers = drafting.has_answers(draft, drafting.draft_questions(draft))
    lacking = (
        (draft.has_agency_step, gettext("the agency and the topic")),
        (draft.has_place, gettext("the place")),
        (answers, gettext("the answers to the questions of the topic")),
    )
    return [words for is_there, words in lacking if not is_there]


@staff_required(CONTACT_CENTRE)
@require_safe
def topics(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the topics that an agency offers, as the part of the page that the script replaces."""
    agencies = Agency.objects.complainable(on=timezone.localdate(timezone.now()))
    agency = get_object_or_404(agencies, code=request.GET.get("agency", ""))
    context = {"topic_groups": _topic_groups(Draft(kind=kind, agency=agency)), "draft": Draft(kind=kind)}
    return render(request, "complaints/contact_centre/new_call/_topics.html", context)


@never_cache
@proven_page
def join(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Let the person join a known problem instead of filing; a problem that has ended meanwhile keeps the draft."""
    key = request.POST.get("problem", "")
    if request.method != "POST" or contact.citizen is None or not re.fullmatch(r"[0-9]{1,18}", key):
        return redirect("call-file", contact.pk)
    draft, at = contact_draft(contact), timezone.now()
    try:
        contacts.join_problem(contact, int(key), at=at)
    except NoSuchProblem:
        raise Http404 from None
    except ProblemOver:
        messages.warning(request, gettext("This problem is over. File the case instead."))
        return redirect("call-file", contact.pk)
    if draft.is_begun:
        uploads.discard(draft)
    messages.success(request, gettext("The caller was added to the known problem and is told when it is over."))
    return redirect("calls-new")


@never_cache
@proven_page
def take_up(request: HttpRequest, contact: CentreContact) -> HttpResponse:
    """Go on with a draft of the same person that another call left, whoever wrote it."""
    if request.method == "POST" and contact.citizen is not None:
        kept = Draft.objects.filter(citizen=contact.citizen, pk__in=contacts.keys_in(request.POST.get("draft", "")))
        draft = kept.first()
        if draft is None:
            messages.warning(request, gettext("This draft no longer exists. It was filed or deleted."))
        else:
            contacts.remember_draft(contact, draft)
    return redirect("call-file", contact.pk)


# ---- What an agent reads to whoever tells a case before it is filed: sentences made from the fields of the draft. ----


def sentences(draft: Draft, citizen: Citizen, answers: Sequence[TopicAnswer]) -> list[str]:
    """Return the sentences in their order, in the language of the page; ``answers`` are those of the topic."""
    said = [
        _addressee_sentence(draft),
        gettext("This is what I wrote down: %(text)s") % {"text": _quoted(draft.details)},
    ]
    said += [f"{one.question_label} {_quoted(one.answer_label)}" for one in answers]
    if place := _place(draft):
        said.append(gettext("The place is: %(place)s") % {"place": place})
    if draft.employee:
        said.append(gettext("The employee is: %(name)s") % {"name": _quoted(draft.employee)})
    if draft.hides_identity or must_hide(draft.topic, kind=draft.kind):
        said.append(gettext("The agency does not learn your name."))
    return [*said, _number_comes(draft, citizen), gettext("Is this correct?")]


def _addressee_sentence(draft: Draft) -> str:
    words = {
        "kind": str(words_of_kind(draft.kind).noun),
        "agency": draft.agency.name if draft.agency else "",
        "topic": draft.topic.name if draft.topic else "",
        "unit": unit_name(),
    }
    if draft.agency and draft.topic:
        return gettext("%(kind)s to: %(agency)s. The topic is: %(topic)s.") % words
    if draft.topic:
        return gettext("%(kind)s. The topic is: %(topic)s. The %(unit)s finds the right agency.") % words
    return gettext("%(kind)s. The %(unit)s finds the right agency.") % words


def _place(draft: Draft) -> str:
    parts = [draft.governorate.name if draft.governorate else "", draft.area, draft.place]
    return pgettext("between parts of a place", ", ").join(_quoted(part) for part in parts if part)


def _number_comes(draft: Draft, citizen: Citizen) -> str:
    if draft.notify_by == NotifyBy.EMAIL and citizen.confirmed_email:
        return gettext("You get the tracking number by e-mail now: %(to)s") % {"to": _digits(citizen.confirmed_email)}
    return gettext("You get the tracking number by SMS now: %(to)s") % {"to": _digits(citizen.masked_phone)}


def _quoted(text: str) -> str:
    return f"\u2068{text}\u2069"


def _digits(text: str) -> str:
    return f"\u2066{text.replace(' ', '\u00a0')}\u2069"


# ---- Reading the case back, filing it, and the page that shows its number large; and the end of a contact. ----


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
        "sentences": sentences(draft, citizen, given_answers(questions, draft.answers)),
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
    status, promise = callers.status_for_caller(case, at=at)
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
    callers.remember_caller(request.session, case, at=at, contact=contact, is_on_line=True)
    return redirect("caller-case", case.reference)
