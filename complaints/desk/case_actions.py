"""The panel of a case page: a button for each action that the user may do, the leading ones first."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User, acting_officers
from accounts.roles import CMU
from agencies.calendar import WorkingCalendar
from complaints.actions import precedents
from complaints.case_text.deadline import days_label
from complaints.case_text.history import rulings_of
from complaints.clocks import extensions
from complaints.models import Case, ExtensionState, Precedent, Ruling
from complaints.permissions import policy, rulings
from complaints.permissions.case_permissions import CasePermissions
from complaints.permissions.readers import has_part
from complaints.permissions.rulings import DatedPartnerTask, has_ended, is_bound, missing_answer_text, ruling_binds_text
from complaints.staff.acts import left_words
from complaints.workflow import AT_AGENCY, Action, Actor, Holder, Kind, Outcome, State
from kit.statements import Statement

#: Whether a button is shown, the name of its address, its words, its icon and its key.
type _Row = tuple[bool, str, str, str, str]


@dataclass(frozen=True)
class ActionButton:
    """A link to the page of an action; ``key`` is the key that opens it."""

    url_name: str
    text: str
    icon: str
    key: str = ""


@dataclass(frozen=True)
class ActionPanel:
    """The question that a case asks its reader, the answers to it, the other actions, and the secondary ones.

    ``waits`` says what waits for the reader's own decision, empty where nothing does.
    """

    question: str
    answers: Sequence[ActionButton]
    others: Sequence[ActionButton]
    secondary: Sequence[ActionButton] = ()
    waits: str = ""

    def __bool__(self) -> bool:
        return bool(self.answers or self.others or self.secondary)


def action_panel(permissions: CasePermissions, *, left_out: Collection[str] = ()) -> ActionPanel:
    """Return the panel of a case; ``left_out`` are the names of the addresses of actions that lead nowhere now."""
    buttons = [button for button in _buttons(permissions) if button.url_name not in left_out]
    decision = _decision(permissions)
    leading = decision.leading if decision else _LEADING.get(State(permissions.case.state), ())
    answers = sorted(
        (button for button in buttons if button.url_name in leading), key=lambda one: leading.index(one.url_name)
    )
    others = [button for button in buttons if button.url_name not in leading and button.url_name not in _SECONDARY]
    secondary = [button for button in buttons if button.url_name in _SECONDARY]
    question = decision.question if decision else _question(permissions.case)
    return ActionPanel(question if answers else "", answers, others, secondary, decision.waits if decision else "")


@dataclass(frozen=True)
class _Decision:
    """What waits for the reader's own decision: in words, the question it asks, and the actions that answer it."""

    waits: str
    question: str
    leading: tuple[str, ...]


def _decision(permissions: CasePermissions) -> _Decision | None:
    case = permissions.case
    if permissions.may_sign:
        waits, leading = gettext("An answer is waiting for your signature"), ("desk-sign", "desk-send-back")
        return _Decision(waits, gettext("Do you sign this answer?"), leading)
    if permissions.owes_date_decision:
        waits, leading = gettext("A later date is waiting for your decision"), ("desk-grant", "desk-refuse-extension")
        return _Decision(waits, gettext("Do you agree to the later date?"), leading)
    if Action.UPHOLD in permissions.transitions:
        leading = ("desk-uphold", "desk-dismiss")
        return _Decision(gettext("An objection is waiting for your decision"), _question(case), leading)
    if case.state == State.TRIAGE and rulings.needs_ruling(case) and Action.REFER in permissions.transitions:
        waits = gettext("Agencies have declined this case: your referral will be binding")
        return _Decision(waits, _question(case), ("desk-refer",))
    return None


#: The actions that answer the question of a state; all others stand below.
_LEADING: dict[State, tuple[str, ...]] = {
    State.TRIAGE: ("desk-refer",),
    State.REFERRED: ("desk-accept", "desk-decline", "desk-deliver"),
    State.IN_PROGRESS: ("desk-sign", "desk-close", "desk-deliver"),
    State.OBJECTED: ("desk-uphold", "desk-dismiss"),
}
#: Actions that change nothing about the state; they stand last.
_SECONDARY = frozenset(
    {
        "desk-note",
        "desk-call",
        "desk-assign",
        "desk-hand-over",
        "desk-take-back",
        "desk-link",
        "desk-classify",
        "desk-publish",
        "desk-label",
        "desk-remind",
        "desk-recuse",
        "desk-clear-urgent",
        "desk-end-recusal",
        "desk-pdf",
    }
)


def _question(case: Case) -> str:
    if case.kind == Kind.PRAISE and case.state in AT_AGENCY:
        return gettext("Who is this praise for?")
    match case.state:
        case State.TRIAGE:
            return gettext("Which agency should handle it?")
        case State.REFERRED:
            return gettext("Is your agency responsible for this?")
        case State.OBJECTED:
            return gettext("Is the objection justified?")
    return gettext("Answer and close")


def _buttons(permissions: CasePermissions) -> list[ActionButton]:
    shown = [*_decisions(permissions), *_requests(permissions), *_records(permissions)]
    return [ActionButton(url_name, text, icon, key) for is_shown, url_name, text, icon, key in shown if is_shown]


def _decisions(permissions: CasePermissions) -> list[_Row]:
    """Return what moves the case on, and what is decided about its answer and its dates."""
    transitions, in_triage = permissions.transitions, permissions.case.state == State.TRIAGE
    refer = gettext("Refer to an agency") if in_triage else gettext("Recall and refer to another agency")
    return [
        (Action.UNDO in transitions, "desk-undo", _undo_label(permissions), "undo", "Z"),
        (Action.REFER in transitions, "desk-refer", refer, "swap", "T"),
        (Action.ACCEPT in transitions, "desk-accept", gettext("Yes, accept"), "check", "A"),
        (Action.DELIVER in transitions, "desk-deliver", gettext("Pass the praise on"), "check", "A"),
        (Action.DECLINE in transitions, "desk-decline", gettext("No, decline with a reason"), "x", "R"),
        (permissions.may_sign, "desk-sign", gettext("Read and sign the proposed answer"), "check", "S"),
        (permissions.may_close, "desk-close", _close_label(permissions), "check", "C"),
        (Action.ASK in transitions, "desk-ask", gettext("Ask the citizen"), "ask", "Q"),
        (permissions.may_propose_date, "desk-extend", gettext("Propose a later date"), "clock", "L"),
        (permissions.may_grant_date, "desk-grant", gettext("Decide on the proposed date"), "clock", "G"),
        (permissions.may_refuse_date, "desk-refuse-extension", gettext("Refuse the later date"), "x", ""),
        (permissions.may_send_back, "desk-send-back", gettext("Send the proposed answer back"), "backward", ""),
    ]


def _requests(permissions: CasePermissions) -> list[_Row]:
    """Return what is asked of others and taken back from them, and what the unit decides."""
    transitions = permissions.transitions
    return [
        (permissions.may(Action.ANSWER_TASK), "desk-task-answer", gettext("Answer for your agency"), "check", "A"),
        (permissions.may_consult, "desk-consult", gettext("Ask a directorate"), "msg", "D"),
        (permissions.may_revoke, "desk-revoke", gettext("Cancel the request"), "backward", ""),
        (permissions.may(Action.ADD_TASK), "desk-task", gettext("Ask another agency to contribute"), "fork", "O"),
        (permissions.may_drop_task, "desk-task-drop", gettext("Continue without the other agency's answer"), "x", ""),
        (Action.RETURN in transitions, "desk-return", gettext("Return: not our responsibility"), "undo", "R"),
        (Action.ARCHIVE in transitions, "desk-archive", gettext("Close without referral"), "file", "E"),
        (Action.UPHOLD in transitions, "desk-uphold", gettext("Yes, accept the objection"), "check", ""),
        (Action.DISMISS in transitions, "desk-dismiss", gettext("No, reject the objection with reasons"), "x", ""),
        (permissions.may_take_back, "desk-take-back", gettext("Record the centre's answer"), "check", ""),
        (permissions.may_ask_explanation, "desk-ask-explanation", gettext("Ask why the case is late"), "ask", "Q"),
        (permissions.may_explain, "desk-explain", gettext("Explain the delay"), "msg", ""),
    ]


def _records(permissions: CasePermissions) -> list[_Row]:
    """Return what is kept about the case and leaves it where it is."""
    return [
        (permissions.may(Action.ASSIGN), "desk-assign", gettext("Reassign to a colleague"), "user", "P"),
        (permissions.may(Action.NOTE), "desk-note", gettext("Write a note"), "pen", "N"),
        (permissions.may(Action.LINK), "desk-link", gettext("Link to another case"), "link", ""),
        (permissions.may(Action.CALL), "desk-call", gettext("Log a call"), "phone", ""),
        (permissions.may(Action.CLASSIFY), "desk-classify", gettext("Correct the topic or kind"), "file", ""),
        (_may_publish(permissions), "desk-publish", gettext("Publish the answer for everybody"), "file", ""),
        (permissions.may(Action.LABEL), "desk-label", gettext("Labels"), "star", "B"),
        (permissions.may_remind, "desk-remind", gettext("Send a reminder"), "bell", ""),
        (permissions.may_clear_urgent, "desk-clear-urgent", gettext("Remove the urgent mark"), "alert", ""),
        (permissions.may(Action.RECUSE), "desk-recuse", _recusal_label(permissions), "lock", ""),
        (
            permissions.may_end_recusal,
            "desk-end-recusal",
            gettext("Allow a colleague to handle the case again"),
            "backward",
            "",
        ),
        (True, "desk-pdf", gettext("Download as PDF"), "print", ""),
        (permissions.may_hand_over, "desk-hand-over", gettext("Hand over to an outside centre"), "exit", ""),
    ]


def _may_publish(permissions: CasePermissions) -> bool:
    """Tell whether the unit may make a published answer of the case: an inquiry that was answered."""
    case = permissions.case
    is_answered = case.kind == Kind.INQUIRY and case.outcome == Outcome.ANSWERED and case.erased_at is None
    return is_answered and Actor.CMU in permissions.actors


def _recusal_label(permissions: CasePermissions) -> str:
    if permissions.may_recuse_others:
        return gettext("Exclude a colleague (conflict of interest)")
    return gettext("Exclude yourself (conflict of interest)")


def _undo_label(permissions: CasePermissions) -> str:
    until = policy.ends_at(permissions.case, at=permissions.at)
    return gettext("Undo the last step: %(left)s") % {"left": left_words(until, at=permissions.at)}


def _close_label(permissions: CasePermissions) -> str:
    if permissions.pending.answer_writer:
        return gettext("Rewrite the answer")
    return gettext("Answer at once") if permissions.case.state == State.REFERRED else gettext("Close with an answer")


# ---- The actions of a case page that would lead nowhere: nobody to give the case to, to remind or to ask, no day
# left.


class Targets(NamedTuple):
    """Whether an agency has directorates that can be asked, and whether there are outside centres."""

    has_directorates: bool
    has_centres: bool


_TARGETS: Final = Statement(Path(__file__).with_name("targets.sql"), Targets)


def dead_ends(permissions: CasePermissions, *, calendar: WorkingCalendar) -> frozenset[str]:
    """Return the names of the addresses that lead nowhere; two statements for an open case, three near its last day."""
    return _without_targets(permissions) | _without_days(permissions, calendar)


def _without_days(permissions: CasePermissions, calendar: WorkingCalendar) -> frozenset[str]:
    """Return the page of a later date where the date of the case cannot be moved any further."""
    if not permissions.may_propose_date:
        return frozenset()
    is_possible = extensions.is_possible(permissions.case, at=permissions.at, calendar=calendar)
    return frozenset() if is_possible else frozenset({"desk-extend"})


def _without_targets(permissions: CasePermissions) -> frozenset[str]:
    case = permissions.case
    if case.agency_id is None or not (permissions.may(Action.ASSIGN) or permissions.may(Action.HAND_OVER)):
        return frozenset()
    return frozenset(_dead_ends(permissions, _TARGETS.prepared_rows(agency=case.agency_id)[0]))


def _dead_ends(permissions: CasePermissions, targets: Targets) -> Iterator[str]:
    has_colleague = _has_colleague(permissions)
    if not has_colleague:
        yield "desk-assign"
    if not targets.has_directorates:
        yield "desk-consult"
    if not targets.has_centres:
        yield "desk-hand-over"
    case = permissions.case
    reminds = case.officer_id != permissions.user.pk if case.officer_id else has_colleague
    if not reminds and case.holder != Holder.DIRECTORATE:
        yield "desk-remind"


def _has_colleague(permissions: CasePermissions) -> bool:
    """Tell whether an officer other than the reader and the officer of the case could take it today."""
    case, on = permissions.case, timezone.localdate(permissions.at)
    officers = acting_officers(case.agency, on, exclude=case.recused) if case.agency else []
    known = {permissions.user.pk, case.officer_id}
    return any(user.pk not in known and not case.is_own_of(user) for user in officers)


# ---- The panel of a case page that says whose the case is. ----


@dataclass(frozen=True, kw_only=True)
class CompetencePanel:
    """Whose the case is, and which other agencies have a task in it.

    ``blockers`` are the sentences that say why an action is missing; ``offered`` is the precedent that was offered at
    the last referral, and ``fitting`` are those that fit a case in triage.
    """

    ruling: Ruling | None
    is_bound: bool
    blockers: Sequence[str]
    partner_tasks: Sequence[DatedPartnerTask]
    offered: Precedent | None
    was_followed: bool
    fitting: Sequence[Precedent]
    ended_on: date | None

    def __bool__(self) -> bool:
        shown = (self.ruling, self.blockers, self.partner_tasks, self.offered, self.fitting, self.ended_on)
        return any(bool(value) for value in shown)


def competence_panel(case: Case, user: User, *, at: datetime) -> CompetencePanel:
    """Return what the page of ``case`` says of its competence, in a number of statements that is the same for any."""
    tasks = rulings.all_with_due_dates(case) if has_part(case, "tasks") else []
    referrals = _referrals(case)
    ruling, offered = _last_ruling(case, referrals), referrals[-1].offered if referrals else None
    looks_for_owner = case.state == State.TRIAGE and user.authority(at).has(CMU)
    on = timezone.localdate(at)
    return CompetencePanel(
        ruling=ruling,
        is_bound=is_bound(case),
        blockers=_blockers(case, tasks),
        partner_tasks=tasks,
        offered=offered,
        was_followed=offered is not None and offered.agency_id == case.agency_id,
        fitting=precedents.precedents_for([case], on=on).get(case.pk, []) if looks_for_owner else [],
        ended_on=case.agency.ends_on if case.agency and has_ended(case.agency, on=on) else None,
    )


def _blockers(case: Case, tasks: Sequence[DatedPartnerTask]) -> list[str]:
    if case.state not in AT_AGENCY:
        return []
    bound = [ruling_binds_text()] if is_bound(case) else []
    return bound + [missing_answer_text(task) for task in tasks if task.is_open]


def _referrals(case: Case) -> list[Ruling]:
    """Return the referrals by the unit, the oldest first; no statement where there is no ruling."""
    if not has_part(case, "rulings"):
        return []
    return [ruling for ruling in rulings_of(case) if ruling.agency_id is not None]


def _last_ruling(case: Case, referrals: Sequence[Ruling]) -> Ruling | None:
    with_text = [referral for referral in referrals if referral.text]
    last = max(with_text, key=lambda referral: (referral.at, referral.pk), default=None)
    return last if last and last.agency_id == case.agency_id else None


# ---- The later date that waits for a decision, as it stands on the page of the case. ----


@dataclass(frozen=True)
class ProposedDate:
    """A proposed date: ``new_on`` is None once it cannot be granted any more, ``added`` is in working days.

    ``is_moving`` tells that the citizen is being asked, so that both days move until the reply; ``is_for_reader`` that
    the reader decides on it, and ``is_for_unit`` that the unit does
    and the reader does not.
    """

    old_on: date
    new_on: date | None
    added: str
    is_moving: bool
    is_for_reader: bool
    is_for_unit: bool


def proposed_date(permissions: CasePermissions, *, calendar: WorkingCalendar) -> ProposedDate | None:
    """Return the date that waits for a decision, whoever takes it; no statement where none does.

    Nothing waits any more where somebody has decided or answered since the permissions were read.
    """
    if permissions.pending.extension_proposer is None:
        return None
    case, at = permissions.case, permissions.at
    try:
        extension, clock = case.extensions.get(state=ExtensionState.PROPOSED), extensions.require_promise_clock(case)
    except ObjectDoesNotExist:
        return None
    new_on = extensions.granted_on(case, clock, days=extension.days, at=at, calendar=calendar)
    is_for_reader = permissions.owes_date_decision
    return ProposedDate(
        old_on=timezone.localdate(clock.due_at),
        new_on=new_on,
        added=days_label(extension.days),
        is_moving=case.state == State.WAITING,
        is_for_reader=is_for_reader,
        is_for_unit=not is_for_reader and _is_for_unit(permissions),
    )


def _is_for_unit(permissions: CasePermissions) -> bool:
    pending = permissions.pending
    return pending.extension_was_granted or rulings.has_no_other_supervisor(
        permissions.case, pending.extension_proposer, at=permissions.at
    )
