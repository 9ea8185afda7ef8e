"""Which event took a case from a desk, for staff whose desk had it a short time ago, and for nobody else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import dropwhile
from typing import Final

from complaints.models import Case, CaseEvent
from complaints.workflow import UNDOABLE, Action

#: The agency that leads the case, and those with a partner task on it.
type _Held = tuple[int | None, frozenset[int | None]]

#: How long a form may have been open when its case leaves the desk: a working day, which no session outlasts.
LATELY: Final = timedelta(hours=12)


def event_that_ended_access(case: Case, desks: Collection[int], *, seen: int, at: datetime) -> CaseEvent | None:
    """Return the event that took ``case``, or their partner task, from all of ``desks`` after event number ``seen``.

    None unless they had it when event ``seen`` was the newest, and lost it within ``LATELY``: the number comes from a
    form, and somebody who guesses one learns nothing that their desk did not know. One statement.
    """
    events = case.events.select_related("actor", "on_behalf_of").order_by("number")
    steps = dropwhile(lambda step: step[0].number < seen, _holders_after_each(events))
    if (shown := next(steps, None)) is None or shown[0].number != seen or not shown[1].intersection(desks):
        return None
    lost = next((event for event, holders in steps if not holders.intersection(desks)), None)
    return lost if lost is not None and lost.at > at - LATELY else None


def _holders_after_each(events: Iterable[CaseEvent]) -> Iterator[tuple[CaseEvent, frozenset[int | None]]]:
    """Yield each event with the agencies that had the case, or a partner task on it, after the event."""
    held: _Held = (None, frozenset())
    before = held
    for event in events:
        if event.action == Action.UNDO:
            held = before
        else:
            before, held = held if event.action in UNDOABLE else before, _held_after(event, *held)
        lead, parts = held
        yield event, parts | {lead}


def _held_after(event: CaseEvent, lead: int | None, parts: frozenset[int | None]) -> _Held:
    agency = event.named_agency_id
    match event.action:
        case Action.FILE:
            lead = event.agency_id
        case Action.REFER:
            lead, parts = agency, frozenset()
        case Action.DECLINE | Action.RETURN:
            lead = None
        case Action.CLOSE | Action.DELIVER | Action.WITHDRAW:
            parts = frozenset()
        case Action.ADD_TASK:
            parts |= {agency}
        case Action.ANSWER_TASK | Action.DROP_TASK:
            parts -= {agency}
    return lead, parts
