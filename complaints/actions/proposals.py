"""Proposed answers and extensions: the one that waits, who is told, and its end when the case leaves the desk."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.contact import BY_EMAIL
from accounts.models import User
from agencies.models import Agency
from complaints.engine import holders, notices
from complaints.engine.change import Change
from complaints.models import Answer, AnswerState, Case, Extension, ExtensionState
from complaints.permissions import second_person, send_window
from complaints.workflow.refusals import ActionRefused


class NothingProposed(ActionRefused):
    """There is no proposed answer or extension to sign or grant."""


def proposed_answer(case: Case) -> Answer:
    """Return the answer to ``case`` that waits for a second signature; raises ``NothingProposed``."""
    answer = case.answers.filter(state=AnswerState.PROPOSED).first()
    if answer is None:
        raise NothingProposed
    return answer


def proposed_extension(case: Case) -> tuple[Extension, bool]:
    """Return the extension that waits for a decision, and whether it is the first; raises ``NothingProposed``."""
    extension = case.extensions.filter(state=ExtensionState.PROPOSED).first()
    if extension is None:
        raise NothingProposed
    return extension, not was_extended(case)


def was_extended(case: Case) -> bool:
    """Tell whether a later date was granted before."""
    return case.extensions.filter(state=ExtensionState.GRANTED).exists()


def tell_decider(change: Change, *, proposer: User, is_for_unit: bool = False) -> None:
    """Owe an e-mail to whoever decides on what ``change`` proposes; the event is already written.

    That is each other supervisor of the agency, or the unit where there is none or ``is_for_unit``.
    """
    others = () if is_for_unit else second_person.other_supervisors(change.case, proposer.pk, at=change.at)
    if others:
        notices.tell_staff("officer_decision", others, change=change, by=BY_EMAIL)
    else:
        notices.tell_unit("officer_decision", change=change)


def drop(change: Change) -> Sequence[Agency]:
    """Drop the proposals on the case and the requests to others; harmless when there are none.

    Returns the agencies whose tasks were dropped.
    """
    drop_answers_and_dates(change)
    held = send_window.hold_until(change.action, at=change.at)
    return holders.release_partners(change.case, at=change.at, not_before=held)


def drop_answers_and_dates(change: Change) -> None:
    """Drop the proposed answer and the proposed date; harmless when there are none."""
    case, event = change.case, change.event_id
    answers = case.answers.filter(state=AnswerState.PROPOSED)
    answers.update(state=AnswerState.TAKEN_BACK, taken_back_event=event)
    extensions = case.extensions.filter(state=ExtensionState.PROPOSED)
    extensions.update(state=ExtensionState.DROPPED, decided_event=event)
