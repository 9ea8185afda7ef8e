"""The page of a case, with what stands on it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import User, ViewKind
from accounts.roles import CMU, READERS
from accounts.sign_in.factors import recent_factor_required
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.actions.classification import danger_words
from complaints.attachments.responses import shown_response
from complaints.desk.case_actions import (
    ActionPanel,
    CompetencePanel,
    ProposedDate,
    action_panel,
    competence_panel,
    dead_ends,
    proposed_date,
)
from complaints.desk.case_panels import (
    CitizensWord,
    HoldersBar,
    LinkedCases,
    PageHistory,
    came_back_after,
    citizens_word,
    contacts_about,
    earlier_cases,
    explanations,
    history_rows,
    holders_bar,
    linked_cases,
    map_url,
    page_history,
    words_of_sections,
)
from complaints.desk.directorate_forms import ConsultationSummary, consultation_summaries
from complaints.desk.macro_runs import OfferedMacro, fitting_macros
from complaints.desk.queue_lists import ListPlace, place_in, place_in_triage, queue_options, read_query
from complaints.desk.queue_tabs import StaffContext
from complaints.desk.start import mark_read
from complaints.models import Case, CentreContact, Explanation, ListedCase, Recurrence
from complaints.permissions import rulings
from complaints.permissions.case_permissions import CasePermissions, case_permissions
from complaints.permissions.readers import reads_words, recused_people
from complaints.staff import pdf
from complaints.staff.forms import SHORTEST_TEXT, suggestion_list
from complaints.staff.frame import CASEWORK, case_context, load_case
from complaints.staff.handing_over import HandoverStatus, handover_status
from complaints.staff.pdf import CaseFile, read_case_file
from complaints.staff.rows import WorkList
from complaints.suggestions import owners, similar
from complaints.suggestions.everyday import TopicHint, topic_hint
from complaints.suggestions.similar import Similar
from complaints.visibility.redaction import CaseVisibility, knows_person, may_hear
from complaints.workflow import Action, State
from kit.forms import Form, LineField

# ---- What the page of a case shows: what happened to it, what stands beside it, and what its reader can do. ----


@dataclass(frozen=True, kw_only=True)
class CaseStory:
    """What happened to a case and what was written about it; the template calls each part by its name here."""

    file: CaseFile
    history: PageHistory
    holders: HoldersBar
    word: CitizensWord | None
    competence: CompetencePanel
    consultations: Sequence[ConsultationSummary]
    explanations: Sequence[Explanation]
    recurrence: Recurrence | None


def case_story(permissions: CasePermissions, *, calendar: WorkingCalendar) -> CaseStory:
    """Return the story of a case as whoever has ``permissions`` may read it."""
    case, user, at = permissions.case, permissions.user, permissions.at
    file, word = read_case_file(case, user, at=at, calendar=calendar), citizens_word(case)
    competence = competence_panel(case, user, at=at)
    consultations = consultation_summaries(case, at=at, shows_link=permissions.may(Action.REVOKE))
    explained = explanations(case, user, at=at)
    return CaseStory(
        file=file,
        history=page_history(file.history, words_of_sections(word, competence, consultations, explained)),
        holders=holders_bar(file.spans, file.time_held),
        word=word,
        competence=competence,
        consultations=consultations,
        explanations=explained,
        recurrence=came_back_after(case, user, at=at),
    )


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What stands beside a case: other cases, other people, and whose it may be."""

    earlier_cases: Sequence[ListedCase]
    linked_cases: LinkedCases
    similar: Sequence[Similar]
    contacts: Sequence[CentreContact]
    recused: Sequence[User]
    handover: HandoverStatus | None
    item: owners.OpenCase | None
    suggestions: str
    topic_hint: TopicHint | None
    map_url: str
    danger_words: str


def surroundings(
    request: HttpRequest, visibility: CaseVisibility, permissions: CasePermissions, *, at: datetime
) -> Surroundings:
    """Return what stands beside the case of ``visibility``; ``request`` is for the forms of the suggestions."""
    case, user = permissions.case, permissions.user
    item = owners.for_case(case, at=at) if user.authority(at).has(CMU) else None
    return Surroundings(
        earlier_cases=earlier_cases(case, user, at=at),
        linked_cases=linked_cases(case, user, at=at),
        similar=similar.beside(case, user, at=at),
        contacts=contacts_about(case),
        recused=recused_people(case, user, at=at),
        handover=handover_status(case, at=at) if permissions.pending.is_handed_over else None,
        item=item,
        suggestions=suggestion_list(item, request) if item else "",
        topic_hint=topic_hint(visibility, at=at) if case.state == State.REFERRED else None,
        map_url=map_url(visibility),
        danger_words=visibility.redact(danger_words(case.subject, case.details, at=at)) if case.is_urgent else "",
    )


@dataclass(frozen=True, kw_only=True)
class ReaderOptions:
    """What the reader of a case can do and see; ``correctable`` is the case where its topic can be corrected."""

    panel: ActionPanel
    proposed_date: ProposedDate | None
    macros: Sequence[OfferedMacro]
    correctable: Case | None
    may_revoke: bool
    may_show_files: bool
    may_call: bool
    may_transcribe: bool
    mutes_voices: bool
    hides_names: bool
    opens_identity: bool
    is_involved: bool
    unit_signs: bool


def reader_options(
    permissions: CasePermissions, *, knows_person: bool, has_proposal: bool, calendar: WorkingCalendar
) -> ReaderOptions:
    """Return what ``permissions`` say; ``has_proposal`` tells that an answer waits for its signature."""
    case, user, at = permissions.case, permissions.user, permissions.at
    return ReaderOptions(
        panel=action_panel(permissions, left_out=dead_ends(permissions, calendar=calendar)),
        proposed_date=proposed_date(permissions, calendar=calendar),
        macros=fitting_macros(permissions),
        correctable=case if permissions.may(Action.CLASSIFY) else None,
        may_revoke=permissions.may(Action.REVOKE),
        may_show_files=permissions.may(Action.SHOW_FILES),
        may_call=knows_person and permissions.may(Action.CALL) and bool(case.citizen.phone),
        may_transcribe=permissions.may(Action.TRANSCRIBE),
        mutes_voices=not may_hear(case, user, at=at),
        hides_names=not knows_person,
        opens_identity=user.authority(at).has(CMU) and not case.citizen.is_matched,
        is_involved=permissions.is_involved,
        unit_signs=has_proposal and rulings.awaits_unit_signature(case, at=at),
    )


# ---- The page of a case, and its files. ----


@staff_required(CASEWORK | READERS)
@require_safe
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case: the citizen's words first, the decision beside them, the history below."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    calendar = current_calendar()
    around = case_context(case, user, at=at, calendar=calendar)
    if around["knows_person"]:
        record_view(
            case.citizen, viewer=user, kind=ViewKind.CASE, about=CaseMark(case.reference, case.agency_id), at=at
        )
    if user.authority(at).has(CASEWORK):
        mark_read(case, user, at=at)
    permissions = case_permissions(case, user, at=at)
    story = case_story(permissions, calendar=calendar)
    beside = surroundings(request, around["case_visibility"], permissions, at=at)
    has_proposal = story.file.proposal is not None
    options = reader_options(
        permissions, knows_person=around["knows_person"], has_proposal=has_proposal, calendar=calendar
    )
    work_list, place = _place(request, case, at=at)
    context = {
        **vars(story),
        **vars(beside),
        **vars(options),
        "work_list": work_list,
        "action_suffix": work_list.action_suffix if work_list else "",
        "place": place,
        **around,
    }
    context["history_rows"] = history_rows(story.history, {**context, "request": request})
    return render(request, "complaints/desk/case_page/case.html", context)


def _place(request: HttpRequest, case: Case, *, at: datetime) -> tuple[WorkList | None, ListPlace | None]:
    """Return the list that the case was opened from, and where it stands there; no statement without a list."""
    work_list, user = WorkList.of(request), signed_in_user(request)
    if work_list is None or not user.authority(at).has(CASEWORK):
        return None, None
    parameters = QueryDict(work_list.query).dict()
    options = queue_options(user, at=at, agency=parameters.get("agency", ""))
    staff = StaffContext(user, at, options.absent_colleagues)
    if work_list.is_triage:
        place = place_in_triage(staff, case)
    else:
        place = place_in(read_query(parameters, options), staff, case)
    return replace(work_list, following=(place and place.following) or ""), place


@staff_required(CASEWORK | READERS)
@require_safe
def case_file(request: HttpRequest, ref: str, pk: uuid.UUID) -> HttpResponseBase:
    """Hand out a file of a case, or show it: ``?as=`` photo, small or voice.

    A voice only to who may hear it, and the file of a note only to who may read the note.
    """
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    attachment = get_object_or_404(case.attachments.select_related("event"), pk=pk)
    if attachment.event and not reads_words(attachment.event, user, at=at):
        raise Http404
    if attachment.is_voice and not may_hear(case, user, at=at):
        raise Http404
    name = attachment.name if knows_person(case, user, at=at) else attachment.plain_name
    return shown_response(request, attachment, name=name)


# ---- The form that asks why somebody needs to see who the person is. ----


class IdentityForm(Form):
    """Why somebody needs to see who the person is."""

    reason = LineField(
        max=200,
        min=SHORTEST_TEXT,
        label=_("Why do you need to know who the person is?"),
        error_messages={"required": _("Write why you need to know who the person is")},
        help_text=_("The reason is kept with your name and the time."),
    )


# ---- Showing the number and the telephone of a person, for a reason that is recorded. ----


#: What officers need to reach somebody; they do not need the birth date or the address.
FIELDS = ("number", "phone")


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required()
def reveal(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the number and the telephone once, after recording who asked and why.

    404 where the person hid the identity from the reader. The answer is no redirect: what it shows is stored nowhere.
    """
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    if not knows_person(case, user, at=at):
        raise Http404
    form = IdentityForm(request.POST if request.method == "POST" else None)
    shown: dict[str, str] = {}
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        shown = disclosure.reveal(
            case.citizen,
            viewer=user,
            about=disclosure.CaseMark(case.reference, case.agency_id),
            fields=FIELDS,
            reason=reason,
            at=at,
        )
    context = {"form": form, "shown": shown, **case_context(case, user, at=at)}
    return render(request, "complaints/desk/case_page/identity.html", context)


# ---- The file of a case as a PDF: without the person for all staff of the case, with the person for a reason. ----


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required()
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask which PDF is wanted; one with the identity is sent once the reason is recorded."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    is_known = knows_person(case, user, at=at)
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not is_known:
        raise Http404
    if form.is_bound and form.is_valid():
        return _pdf(case, user, at=at, person=_person(case, user, at=at, reason=form.cleaned_data["reason"]))
    context = {"form": form if is_known else None, **case_context(case, user, at=at)}
    return render(request, "complaints/desk/case_page/pdf.html", context)


@staff_required(CASEWORK)
@require_safe
def plain(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the PDF without the person."""
    user, at = signed_in_user(request), timezone.now()
    return _pdf(load_case(user, ref, at=at), user, at=at)


def _person(case: Case, user: User, *, at: datetime, reason: str) -> pdf.NamedPerson:
    shown = disclosure.reveal(
        case.citizen,
        viewer=user,
        about=disclosure.CaseMark(case.reference, case.agency_id),
        fields=FIELDS,
        reason=reason,
        at=at,
        kind=ViewKind.PDF,
    )
    kind = str(case.citizen.get_number_kind_display())
    return pdf.NamedPerson(case.citizen.full_name, kind, number=shown["number"], phone=shown["phone"])


def _pdf(case: Case, user: User, *, at: datetime, person: pdf.NamedPerson | None = None) -> HttpResponse:
    content = pdf.render(case, read_case_file(case, user, at=at), at=at, printed_by=user.name, person=person)
    disposition = f'attachment; filename="{case.reference}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
