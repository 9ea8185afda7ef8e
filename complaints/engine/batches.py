"""The same thing done by the clock to many cases at once: what ``act`` does for one, in few statements for all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from complaints.engine.change import Change
from complaints.engine.transition import new_change, new_event
from complaints.models import Case, CaseEvent, Recusal
from complaints.workflow import ACTIONS, Action, State

#: The fields of a case that a change by the clock, which leaves its state as it is, may write.
WRITTEN = ("version", "changed_at", "chain", "deadline_at", "promised_on")


@contextmanager
def act_on_each(keys: Collection[int], action: Action, *, at: datetime) -> Iterator[list[Change]]:
    """Record ``action`` in the history of each of these cases; the body sets the facts of the changes it is given.

    For an action of the clock that tells nobody by itself and changes neither state nor holder. The body may set
    another such action, and take changes out. Cases in a state that it does not start from are left out, and so are
    those that somebody else has locked. All or none are written.
    """
    rule = ACTIONS[action]
    cases = Case.objects.filter(pk__in=keys, state__in=rule.sources).select_related("agency", "topic", "citizen")
    with transaction.atomic():
        locked = cases.select_for_update(of=("self", "citizen"), skip_locked=True).defer("folded", "search_vector")
        held = [
            case
            for case in locked.order_by("pk")
            # Not a case whose agency changed since the statement began: PostgreSQL reads its row again, not its joins.
            if case.agency_id == (case.agency.pk if case.agency else None)
        ]
        _read_recused(held)
        changes = [new_change(case, action, None, max(at, case.changed_at), target=State(case.state)) for case in held]
        yield changes
        CaseEvent.objects.bulk_create(_recorded(change) for change in changes)
        Case.objects.bulk_update([change.case for change in changes], WRITTEN)


def _read_recused(held: Sequence[Case]) -> None:
    """Read who is recused now that nobody can change it; one statement."""
    recused = Recusal.objects.open().filter(case__in=held, person__isnull=False).values_list("case", "person")
    found: dict[int, set[Any]] = {case.pk: set() for case in held}
    for key, person in recused:
        found[key].add(person)
    for case in held:
        case.recused = frozenset(found[case.pk])


def _recorded(change: Change) -> CaseEvent:
    """Return the event of a change, and give its case the event's number, moment and hash."""
    case = change.case
    case.version += 1
    case.changed_at = change.at
    event = new_event(change, from_state=change.origin)
    case.chain = event.chain
    return event
