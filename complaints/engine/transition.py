"""Every change of a case: lock, check, then state, event, holding, clock and messages in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Mandate, User
from agencies.models import Directorate
from complaints.clocks import clockwork
from complaints.engine import agency_calls, change as first_rows, history, holders, notices
from complaints.engine.change import CaseStaff, Change, Fact
from complaints.models import Case, CaseEvent, Clock, Holding, Recusal, TextSalt, event_key
from complaints.permissions import policy
from complaints.workflow import ACTIONS, PROMISES_TO_CITIZEN, STATE_RULES, Action, Actor, Holder, State, Tell
from kit.compiled_inserts import insert
from kit.compiled_reads import CompiledRead
from notifications import outbox

#: The fields of a case that every change writes.
RECORDED = ("state", "last_action", "version", "changed_at", "chain", "resumes_to", "deadline_at")


class TransitionNotAllowed(Exception):
    """The case is no longer in a state the action starts from; ``last`` is the event that changed it."""

    def __init__(self, action: Action, case: Case) -> None:
        super().__init__(f"{action} does not apply to case {case.pk} in state {case.state}")
        self.action = action
        self.state = State(case.state)
        self.last = case.events.select_related("actor").last()


class NotEntitled(PermissionDenied):
    """The person is not entitled to this action on the case."""


@contextmanager
def transition(
    case: Case, action: Action, *, by: User | None, at: datetime, through: Actor | None = None
) -> Iterator[Change]:
    """Change the state of ``case`` by ``action``: the body sets what is particular to it, all else is done here.

    Locks the row before its state is read. ``at`` is moved forward to the newest event, so that the history never runs
    backwards: ``change.at`` is the moment of the change. Raises ``TransitionNotAllowed`` when somebody was first and
    ``NotEntitled`` when ``by`` may not, ``MandateOver`` when the mandate by which they speak for the citizen is over;
    all leave nothing written. ``by`` is None for the clock. ``through`` is what ``by`` is to the lead of ``case``,
    whose answer the caller has checked.
    """
    with transaction.atomic():
        change = _permitted_change(case, action, by=by, at=at, through=through)
        yield change
        _move_clocks(change)
        _move_holding(change)
        event = _record(change)
        _cancel_overtaken(change)
        _owe(ACTIONS[action].tells, change, event)


@contextmanager
def act(case: Case, action: Action, *, by: User | None, at: datetime, through: Actor | None = None) -> Iterator[Change]:
    """Record ``action`` in the history of ``case`` without changing its state; raises as ``transition`` does.

    ``by`` is None for the clock, and for a directorate that comes ``through`` a signed link, which the caller checked.
    """
    with transaction.atomic():
        change = _permitted_change(case, action, by=by, at=at, through=through)
        yield change
        _move_holding(change)
        event = _record(change)
        _owe(ACTIONS[action].tells, change, event)


def begin(
    case: Case,
    *,
    by: User,
    at: datetime,
    facts: Mapping[str, Fact],
    words: Sequence[str],
    desk: CaseStaff,
    mandate: Mandate | None = None,
) -> None:
    """Write a new case whose ``state`` is set, with its first event, holding, clock and messages.

    The caller has opened the transaction and given the case its key, which its first hash covers. ``words`` are what
    the citizen wrote. ``desk`` carries the officers already fetched for routing, ``mandate`` is locked.
    """
    change = _first_change(case, by=by, at=at, facts=facts, mandate=mandate)
    change.desk = desk
    change.facts["words"] = change.fingerprint(*words)
    due, days = clockwork.due_in_state(change.target, at=at, promised=None, calendar=change.calendar)
    case.deadline_at, case.changed_at = due, at
    case.chain = history.GENESIS
    event = new_event(change, from_state="")
    case.chain = event.chain
    case.holder = holder = _first_holder(change.target)
    insert(case, is_prepared=True)
    first_rows.insert(change, event, holder, due=due, days=days)
    change.speaks_of = timezone.localdate(due)
    _owe(ACTIONS[Action.FILE].tells, change, event)


def _first_change(case: Case, *, by: User, at: datetime, facts: Mapping[str, Fact], mandate: Mandate | None) -> Change:
    state = State(case.state)
    return Change(
        case=case,
        event_id=event_key(case.pk, case.version),
        action=Action.FILE,
        by=by,
        at=at,
        origin=state,
        target=state,
        former_agency=None,
        facts=dict(facts),
        mandate=mandate,
    )


def _first_holder(state: State) -> Holder:
    holder = STATE_RULES[state].holder
    if holder is None:
        message = "A new case has a holder."
        raise AssertionError(message)
    return holder


def _permitted_change(case: Case, action: Action, *, by: User | None, at: datetime, through: Actor | None) -> Change:
    """Lock the row, and return the change that ``by`` may make to it; raises as ``transition`` does."""
    at = _lock(case, at=at)
    if not policy.fits(case, action, at=at):
        raise TransitionNotAllowed(action, case)
    mandate = None if through else policy.locked_for(case, by, at=at)
    if not (through in ACTIONS[action].who if through else policy.is_entitled(case, action, by, at=at)):
        raise NotEntitled
    change = new_change(case, action, by, at, target=_target(case, action))
    change.mandate = mandate
    return change


def _locked(_shape: None, *, case: int) -> QuerySet[Case]:
    return Case.objects.locked().filter(pk=case)


_LOCKED: Final = CompiledRead(_locked, is_prepared=True)


def _lock(case: Case, *, at: datetime) -> datetime:
    """Lock the row, reload ``case`` from it, and return ``at``, or the moment of the newest event if that is later."""
    fresh = _LOCKED.first(case=case.pk)
    if fresh is None or fresh.agency_id != (fresh.agency.pk if fresh.agency else None):
        # The agency or the person changed while we waited: PostgreSQL reads the locked row again, but not its joins.
        fresh = Case.objects.locked().get(pk=case.pk)
    # ``refresh_from_db`` would drop the joined agency and citizen.
    vars(case).update(vars(fresh))
    case.forget_recused()
    return max(at, case.changed_at)


def _target(case: Case, action: Action) -> State:
    """Return the state afterwards: for a resuming or undoing action the origin, else triage if there is no agency."""
    rule = ACTIONS[action]
    if not rule.changes_state:
        return State(case.state)
    if action == Action.UNDO:
        return State(policy.last_steps(case)[0].from_state)
    if rule.resumes:
        return State(case.resumes_to)
    return next(
        state for state in rule.targets if len(rule.targets) == 1 or (state == State.TRIAGE) == (case.agency is None)
    )


def new_change(case: Case, action: Action, by: User | None, at: datetime, *, target: State) -> Change:
    """Return the change that is about to be made to a locked case."""
    return Change(
        case=case,
        event_id=event_key(case.pk, case.version + 1),
        action=action,
        by=by,
        at=at,
        origin=State(case.state),
        target=target,
        former_agency=case.agency,
    )


def _move_clocks(change: Change) -> None:
    """End, pause or start the clocks for the new state, and copy the deadline of the running one to the case."""
    case, action, at = change.case, change.action, change.at
    case.state = change.target
    if action == Action.EXTEND:
        _move_due(change)
        return
    live = {
        clock.paused_at is not None: clock for clock in case.clocks.filter(ended_at__isnull=True, task__isnull=True)
    }
    running, paused = live.get(False), live.get(True)
    if change.target == State.WAITING and running is not None:
        clockwork.pause(running, at=at)
        running = None
    resumed = paused if change.origin == State.WAITING and ACTIONS[action].resumes else None
    for clock in (running, paused):
        if clock is not None and clock is not resumed:
            clockwork.end(clock, action=action, at=at)
    if resumed is not None:
        clockwork.resume(resumed, at=at, calendar=change.calendar)
        _project(change, resumed)
    else:
        _start_clock(change)


def _start_clock(change: Change) -> None:
    case = change.case
    if case.state == State.CLOSED and not clockwork.needs_window(case):
        case.deadline_at = None
        return
    if change.reopens is not None:
        _project(change, clockwork.reopen(case, ended_at=change.reopens))
        return
    due, days = clockwork.due_in_state(
        change.target,
        at=change.at,
        promised=change.due,
        calendar=None if change.target in {State.CLOSED, State.IN_PROGRESS} else change.calendar,
    )
    _project(change, clockwork.start(case, at=change.at, due=due, days=days))


def _move_due(change: Change) -> None:
    clock = Clock.objects.get(case=change.case, ended_at__isnull=True, paused_at__isnull=True, task__isnull=True)
    if change.due is not None:
        clockwork.postpone(clock, to=change.due)
    _project(change, clock)


def _project(change: Change, clock: Clock) -> None:
    """Copy the deadline of the running clock to the case; a closed case has none, only a time to object."""
    change.case.deadline_at = None if change.target == State.CLOSED else clock.due_at
    if change.target == State.IN_PROGRESS:
        change.set(promised_on=timezone.localdate(clock.due_at))
    if change.speaks_of is None:
        change.speaks_of = timezone.localdate(clock.due_at) if change.target != State.CLOSED else None


def _record(change: Change) -> CaseEvent:
    """Write the event, and the case with the event's number and hash."""
    case = change.case
    case.version += 1
    case.changed_at = change.at
    if ACTIONS[change.action].changes_state:
        case.last_action = change.action
        case.resumes_to = change.origin if change.target == State.WAITING else ""
        if case.unit_asked_at is not None:
            # The case moves: what the unit was asked for has happened.
            change.set(unit_asked_at=None)
    event = new_event(change, from_state=change.origin)
    case.chain = event.chain
    case.save(update_fields=[*RECORDED, *sorted(change.fields)])
    _insert(event, change)
    return event


def _insert(event: CaseEvent, change: Change) -> None:
    insert(event)
    if change.salt:
        TextSalt.objects.create(event=event, salt=change.salt)


def new_event(change: Change, *, from_state: str) -> CaseEvent:
    """Return the event that records ``change``, whose case has the number of the event already."""
    case = change.case
    if acts_for_citizen(change):
        change.facts["through"] = Actor.AGENT.value
    facts = change.facts if change.mandate is None else {**change.facts, policy.FACT: str(change.mandate.pk)}
    event = CaseEvent(
        pk=change.event_id,
        case=case,
        number=case.version,
        action=change.action,
        from_state=from_state,
        to_state=change.target,
        at=change.at,
        actor=change.by,
        on_behalf_of_id=_absent(change),
        agency=change.former_agency or case.agency,
        facts=facts,
    )
    history.chain(bytes(case.chain), event)
    return event


def acts_for_citizen(change: Change) -> bool:
    """Tell whether staff do what is the citizen's to do, because the citizen asked for it; a filing says so itself."""
    by, is_theirs = change.by, Actor.CITIZEN in ACTIONS[change.action].who
    return by is not None and by.is_staff and is_theirs and change.action != Action.FILE


def _absent(change: Change) -> UUID | None:
    """Return the absent colleague for whom the change is made by a deputy."""
    if change.by is None or not change.by.authority(change.at).lent:
        return None
    agency = change.former_agency or change.case.agency
    key = agency.pk if agency else None
    return policy.represented_colleague(change.by, change.action, agency=key, at=change.at, exclude=change.case.recused)


def _move_holding(change: Change) -> None:
    """End the open holding and begin the next one, if the holder changes."""
    case = change.case
    is_same_agency = case.agency_id == (change.former_agency.pk if change.former_agency else None)
    holder, directorate = _next_holder(change, is_same_agency=is_same_agency)
    is_at_agency = holder in {Holder.AGENCY, Holder.DIRECTORATE}
    if case.holder == (holder or "") and directorate is None and (is_same_agency or not is_at_agency):
        return
    case.holdings.filter(ended_at__isnull=True).update(ended_at=change.at)
    change.set(holder=holder or "")
    _hold(change, holder, directorate)


def _next_holder(change: Change, *, is_same_agency: bool) -> tuple[Holder | None, Directorate | None]:
    """Return who holds the case after ``change``, and the directorate if it gets the case only now."""
    case, holder = change.case, STATE_RULES[change.target].holder
    if change.holder is not None:
        return change.holder, change.directorate
    if holder != Holder.AGENCY:
        return holder, None
    if change.origin == State.WAITING or change.action == Action.UNDO:
        # The case goes back to the party that held it before.
        return holders.current_holder(case)
    is_helped = case.holder in holders.HELPERS and is_same_agency
    return (Holder(case.holder) if is_helped else Holder.AGENCY), None


def _hold(change: Change, holder: Holder | None, directorate: Directorate | None = None) -> None:
    if holder is not None:
        Holding.objects.create(
            case=change.case,
            holder=holder,
            agency=change.case.agency if holder in {Holder.AGENCY, Holder.DIRECTORATE} else None,
            directorate=directorate,
            started_at=change.at,
        )


def _cancel_overtaken(change: Change) -> None:
    overtaken = ACTIONS[change.action].overtakes
    if overtaken:
        cancelled = outbox.cancel(reference=change.case.reference, templates=overtaken, at=change.at)
        change.is_untold = not PROMISES_TO_CITIZEN.isdisjoint(cancelled)


def _owe(tells: tuple[Tell, ...], change: Change, event: CaseEvent) -> None:
    notices.owe(tells, change=change, event=event)
    agency_calls.owe(change, event)
    if change.said and change.case.holder == Holder.OUTSIDE_CENTRE:
        holders.owe_addition(change, event)


# ---- The same thing done by the clock to many cases at once: what ``act`` does for one, in few statements for
# all.


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
