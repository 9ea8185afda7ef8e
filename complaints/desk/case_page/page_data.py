"""What the page of a case shows: what happened to it, what stands beside it, and what its reader can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from accounts.models import User
from accounts.roles import CMU
from agencies.calendar import WorkingCalendar
from complaints.actions.urgency import danger_words
from complaints.desk.case_page.action_panel import ActionPanel, action_panel
from complaints.desk.case_page.calls import contacts_about
from complaints.desk.case_page.citizens_word import CitizensWord, came_back_after, citizens_word
from complaints.desk.case_page.competence import CompetencePanel, competence_panel
from complaints.desk.case_page.dead_ends import dead_ends
from complaints.desk.case_page.explanations import explanations
from complaints.desk.case_page.history_lines import PageHistory, page_history, words_of_sections
from complaints.desk.case_page.holders_bar import HoldersBar, holders_bar
from complaints.desk.case_page.map_link import map_url
from complaints.desk.case_page.proposed_date import ProposedDate, proposed_date
from complaints.desk.case_page.related_cases import LinkedCases, earlier_cases, linked_cases
from complaints.desk.directorate.findings import ConsultationSummary, consultation_summaries
from complaints.desk.macros.offered import OfferedMacro, fitting_macros
from complaints.models import Case, CentreContact, Explanation, ListedCase, Recurrence
from complaints.permissions import second_person
from complaints.permissions.case_permissions import CasePermissions
from complaints.permissions.recusals import recused_people
from complaints.staff.case_file import CaseFile, read_case_file
from complaints.staff.handing_over import HandoverStatus, handover_status
from complaints.staff.suggested import suggestion_list
from complaints.suggestions import alike, owners
from complaints.suggestions.similar import Similar
from complaints.suggestions.topic_check import TopicHint, topic_hint
from complaints.visibility.identity import CaseVisibility, may_hear
from complaints.workflow import Action, State


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
        similar=alike.beside(case, user, at=at),
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
        unit_signs=has_proposal and second_person.awaits_unit_signature(case, at=at),
    )
