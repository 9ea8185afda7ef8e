"""The history of a case for staff: each action with its label, who did it, when, and its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from accounts.models import Mandate
from complaints.case_text.clock_history import clock_particulars
from complaints.case_text.deadline import span_label
from complaints.case_text.event_texts import EventText, EventTexts
from complaints.case_text.speakers import spoken_for_citizen
from complaints.engine.signed_links import LinkBearer
from complaints.models import Case, CaseEvent
from complaints.permissions.representatives import mandates_of
from complaints.workflow import ACTIONS, Action, WithdrawalReason


@dataclass(frozen=True)
class HistoryEntry:
    """One action on the case; ``after`` is the time since the previous change of its state."""

    title: str
    at: datetime
    by: str
    kind: str
    after: str
    text: EventText | None


def history_entries(case: Case, events: Sequence[CaseEvent], texts: EventTexts) -> Iterator[HistoryEntry]:
    """Yield an entry for each of the ``events`` of ``case``, the oldest first."""
    entered, asker = events[0].at, ""
    mandates = mandates_of(events)
    for event in events:
        asker = event.actor.name if event.action == Action.CONSULT and event.actor else asker
        moves = event.from_state != event.to_state
        yield HistoryEntry(
            title=": ".join(filter(None, [action_label(event), clock_particulars(event), _because(event)])),
            at=event.at,
            by=actor_label(event, case, asker=asker, mandates=mandates),
            kind=ACTIONS[Action(event.action)].colour,
            after=span_label(event.at - entered) if moves and event.from_state else "",
            text=texts.get(event.pk),
        )
        if moves:
            entered = event.at


def action_label(event: CaseEvent) -> str:
    """Return the label of the action for staff."""
    return str(ACTIONS[Action(event.action)].label)


def _because(event: CaseEvent) -> str:
    code = event.withdrawn_because
    return str(WithdrawalReason(code).label) if code in WithdrawalReason.values else ""


def actor_label(event: CaseEvent, case: Case, *, asker: str = "", mandates: Mapping[str, Mandate] | None = None) -> str:
    """Return who did it: staff by name, the citizen never by name, empty for the clock.

    ``asker`` is who last asked the directorate and ``mandates`` are those of the case, where the caller knows them
    without a statement.
    """
    if event.mandate:
        return spoken_for_citizen((mandates_of([event]) if mandates is None else mandates).get(event.mandate))
    is_by_link = event.action == Action.RATE and event.actor is None
    if is_by_link or (event.actor is not None and event.actor_id == case.citizen.user_id):
        return gettext("the citizen")
    if event.actor is None:
        return _by_no_account(event, asker)
    if event.through:
        return gettext("%(name)s for the citizen") % {"name": event.actor.name}
    if event.on_behalf_of is not None:
        return gettext("%(deputy)s for %(absent)s") % {"deputy": event.actor.name, "absent": event.on_behalf_of.name}
    return event.actor.name


def _by_no_account(event: CaseEvent, asker: str) -> str:
    if event.action == Action.TAKE_BACK:
        return gettext("the outside centre")
    return _by_link(event, asker) if ACTIONS[Action(event.action)].by_link else gettext("automatically")


def _by_link(event: CaseEvent, asker: str) -> str:
    if event.link_bearer != LinkBearer.OFFICER:
        return gettext("the directorate")
    if not asker:
        asked = CaseEvent.objects.filter(case=event.case_id, action=Action.CONSULT, number__lt=event.number)
        asker = str(asked.select_related("actor").latest("number").actor)
    return gettext("through the link that %(officer)s gave to the directorate") % {"officer": asker}
