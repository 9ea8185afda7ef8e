"""Recalculates deadlines after the calendar changed: a day off declared or cancelled, a Ramadan that moved.

Idempotent: dates that already follow the current calendar stay. A change of the calendar requests it, and every night
does. It goes through the open clocks in batches; how far it has come is recorded with each batch, so that it goes on
there after whatever ended it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import User, acting_as
from accounts.roles import CMU, UNIT_HEAD
from accounts.staff.memberships import carry_over
from agencies import deadline_recalculation, reference_changes
from agencies.calendar import WorkingCalendar
from agencies.models import (
    Agency,
    AgencySite,
    AgencySuccession,
    ChangeKind,
    Directorate,
    KnownProblem,
    OutsideCentre,
    Reference,
    RoutingRule,
    Topic,
    current_calendar,
)
from agencies.reference_changes import Author
from agencies.successions import best, last_day
from complaints import actions
from complaints.actions import links
from complaints.actions.classification import AlreadyThere, NoActiveOfficer
from complaints.clocks import clockwork
from complaints.engine import notices
from complaints.engine.change import Change
from complaints.engine.transition import NotEntitled, TransitionNotAllowed, act, act_on_each
from complaints.models import Case, CaseEvent, CaseQuerySet, Clock, Precedent
from complaints.permissions.rulings import AgencyEnded, has_ended
from complaints.workflow import AT_AGENCY, PROMISES, REMINDERS, Action, ClockKind, State
from notifications import outbox
from notifications.periodic import RowRun

TASK = "complaints.continue_recalculation"
#: Clocks looked at in one transaction; pages wait for the cases of those that move for less than a second.
BATCH = 500
#: For so long one run works; the next goes on.
DRAIN_SECONDS = 100.0


@dataclass(frozen=True)
class RecalculatedDates:
    """The recalculated first and current deadline of a clock."""

    first: datetime
    due: datetime


def recalculated_dates(clock: Clock, calendar: WorkingCalendar) -> RecalculatedDates:
    """Return the dates of an open clock as ``calendar`` has them.

    A clock with a limit is counted from its start, plus its finished pauses. A promised day stays, even when it could
    be earlier now; if offices no longer work on it, the next working day replaces it. The date until which a citizen
    may reply never becomes earlier.
    """
    if clock.limit_days is None:
        return RecalculatedDates(_kept(clock, clock.first_due_at, calendar), _kept(clock, clock.due_at, calendar))
    due = calendar.due(clock.started_at, clock.limit_days)
    for pause in sorted(clock.pauses, key=lambda span: span.lower):
        due = calendar.add_minutes(due, calendar.working_minutes(pause.lower, pause.upper))
    if clock.kind == ClockKind.CITIZEN_REPLY and due < clock.due_at:
        return RecalculatedDates(clock.first_due_at, clock.due_at)
    return RecalculatedDates(due, due)


def _kept(clock: Clock, due: datetime, calendar: WorkingCalendar) -> datetime:
    """Return the end of the promised day; after a pause, which moved it by minutes, the minute within the hours."""
    day = timezone.localdate(due)
    if not calendar.is_working_day(day):
        return calendar.closing(calendar.working_day_after(day))
    if not clock.pauses:
        return calendar.closing(day)
    return min(max(due, calendar.opening(day)), calendar.closing(day))


def recalculate(*, at: datetime) -> int:
    """Recalculate the dates of all open clocks; return how many moved. Safe to run twice and at the same time."""
    deadline_recalculation.request(at=at)
    return recalculation_go_on(at=at)


def recalculation_go_on(*, at: datetime, seconds: float = float("inf")) -> int:
    """Go on with the recalculation that was requested, for so many ``seconds``; return how many deadlines moved.

    One process is at it at a time; another returns at once. A clock that fails is named and left to the next night.
    """
    run, moved, until, is_last = RowRun(TASK, "clock", at=at), 0, monotonic() + seconds, False
    while not is_last and monotonic() < until:
        busy: Sequence[int] = ()
        with transaction.atomic():
            change = deadline_recalculation.claim()
            if change is None:
                break
            clocks = _batch(change.position)
            count, busy = _move_batch(clocks, run)
            moved += count
            is_last = len(clocks) < BATCH
            if is_last:
                deadline_recalculation.finish(change, at=at)
            else:
                deadline_recalculation.advance(change, to=clocks[-1].pk)
        # Somebody else had their cases: waited for only now that no case is held.
        moved += _move_each(busy, run)
    return moved


def _batch(after: int) -> list[Clock]:
    running = Clock.objects.filter(ended_at__isnull=True).exclude(kind=ClockKind.MAY_OBJECT)
    return list(running.filter(pk__gt=after).order_by("pk")[:BATCH])


def _move_batch(clocks: Sequence[Clock], run: RowRun) -> tuple[int, Sequence[int]]:
    """Move the clocks of a batch that differ, all at once; return how many moved, and which are to be moved singly."""
    calendar, held = current_calendar(), _check_again(clocks)
    differing = [clock for clock in clocks if clock.pk in held and _differs(clock, calendar)]
    elsewhere = [clock.pk for clock in clocks if clock.pk not in held]
    if not differing:
        return 0, elsewhere
    try:
        moved = _move_at_once(differing, calendar, at=run.at)
    except SoftTimeLimitExceeded:
        raise
    except Exception:  # noqa: BLE001 - whatever one bad clock raises
        # One of them is bad: each is tried by itself, and the bad one is named.
        moved = set()
    return len(moved), elsewhere + [clock.pk for clock in differing if clock.pk not in moved]


def _check_again(clocks: Sequence[Clock]) -> set[int]:
    """Let the sweep look at these clocks anew, and return which; the moments of reminders move with the calendar too.

    A clock that somebody else has locked is left out: whoever has its case may need another clock of this batch next,
    and each would wait for the other.
    """
    rows = Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).order_by("pk")
    held = set(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Clock.objects.filter(pk__in=held).update(next_check_at=None)
    return held


def _move_at_once(clocks: Sequence[Clock], calendar: WorkingCalendar, *, at: datetime) -> set[int]:
    """Move clocks of different cases in few statements; return the keys of those that moved or need not move.

    Of several clocks of one case only the first is: each has an event of its own.
    """
    first = {clock.case_id: clock for clock in reversed(clocks)}
    with act_on_each(first.keys(), Action.RECALCULATE, at=at) as changes:
        open_now = Clock.objects.filter(pk__in=[clock.pk for clock in first.values()], ended_at__isnull=True)
        fresh = {clock.case_id: clock for clock in open_now}
        for change in list(changes):
            clock = fresh.get(change.case.pk)
            if clock is None or not _differs(clock, calendar):
                changes.remove(change)
                continue
            _note(clock, recalculated_dates(clock, calendar), change)
        Clock.objects.bulk_update([fresh[change.case.pk] for change in changes], clockwork.MOVED)
    return {first[change.case.pk].pk for change in changes}


def _move_each(keys: Sequence[int], run: RowRun) -> int:
    """Move clocks one by one, each under the lock of its case; return how many were still to be moved."""
    calendar, moved = (current_calendar() if keys else None), 0
    for pk in keys:
        with run.row(pk):
            moved += calendar is not None and _recount(pk, at=run.at, calendar=calendar)
    return moved


def _differs(clock: Clock, calendar: WorkingCalendar) -> bool:
    return recalculated_dates(clock, calendar) != RecalculatedDates(clock.first_due_at, clock.due_at)


def _recount(pk: int, *, at: datetime, calendar: WorkingCalendar) -> bool:
    found = Clock.objects.filter(pk=pk, ended_at__isnull=True).first()
    if found is None:
        return False
    case = Case.objects.select_for_update(of=("self",)).defer("folded", "search_vector").get(pk=found.case_id)
    Clock.objects.filter(pk=pk, ended_at__isnull=True).update(next_check_at=None)
    clock = Clock.objects.filter(pk=pk, ended_at__isnull=True).first()
    if clock is None or not _differs(clock, calendar):
        return False
    with act(case, Action.RECALCULATE, by=None, at=at) as change:
        _note(clock, recalculated_dates(clock, calendar), change)
        clock.save(update_fields=clockwork.MOVED)
    return True


def _note(clock: Clock, dates: RecalculatedDates, change: Change) -> None:
    """Give ``clock``, still unsaved, its new dates, and set what the change says of them."""
    old_on, new_on = timezone.localdate(clock.due_at), timezone.localdate(dates.due)
    change.facts = {
        "clock": clock.pk,
        "kind": clock.kind,
        "old_due": clock.due_at.isoformat(),
        "new_due": dates.due.isoformat(),
    }
    clockwork.move(clock, first=dates.first, due=dates.due)
    if clock.task_id is not None or clock.paused_at is not None:
        return
    change.set(deadline_at=dates.due)
    if clock.kind == ClockKind.ANSWER and change.case.state == State.IN_PROGRESS:
        change.set(promised_on=new_on)
        if old_on != new_on:
            change.facts["new_on"] = new_on.isoformat()
            _tell(change)


def _tell(change: Change) -> None:
    """Owe the citizen the new date, and cancel unsent messages that name the old one."""
    case = change.case
    outbox.cancel(reference=case.reference, templates=PROMISES | REMINDERS, at=change.at)
    notice = notices.to_citizen("case_new_date", case=case, on=case.promised_on)
    outbox.owe([notice], occasion=f"recount:{case.pk}:{case.version + 1}", at=change.at)


# ---- Makes the changes of reference data that were planned for a day, once it has come. ----


PLANNED_CHANGES_TASK = "complaints.apply_reference_changes"


def apply_due(*, at: datetime) -> int:
    """Make the planned changes whose day has come; return how many. One that is refused is named and tried again."""
    run, count = RowRun(PLANNED_CHANGES_TASK, "change", at=at), 0
    due = run.without_waiting(reference_changes.due(on=timezone.localdate(at)))
    for key in due.values_list("pk", flat=True):
        with run.row(key):
            count += reference_changes.apply(key, at=at)
    return count


# ---- Agencies that are merged or split, on their day: rules, topics, people and open cases follow. ----
#
# What can be written at once is one transaction for each succession. The open cases follow one by one, each by a
# referral with its event and messages; what was interrupted goes on with the next run.


SUCCESSIONS_TASK = "complaints.execute_successions"
#: For so long one run works; the next goes on.

PARTS_FIRST = (F("topic_id").asc(nulls_last=True), F("governorate_id").asc(nulls_last=True), "pk")
#: What keeps a case where it is for now: the unit sees it on the page of former agencies.
HELD_BACK = (NoActiveOfficer, AlreadyThere, AgencyEnded, NotEntitled, TransitionNotAllowed)


def go_on(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Execute the successions whose day has come and let open cases follow; return how many cases moved.

    Safe to run twice and at the same time.
    """
    run, until, moved = RowRun(SUCCESSIONS_TASK, "succession", at=at), monotonic() + seconds, 0
    due = AgencySuccession.objects.planned().filter(on__lte=timezone.localdate(at))
    # The parts before the rest, with which the agency ends.
    for key in run.without_waiting(due).order_by("on", *PARTS_FIRST).values_list("pk", flat=True):
        with run.row(key):
            execute(key, at=at)
    cases = RowRun(SUCCESSIONS_TASK, "case", at=at)
    for succession, case in _cases(cases):
        if monotonic() > until:
            break
        with cases.row(case.pk):
            moved += _move(case, succession, at=at)
    return moved


# ---- what is written at once ----


def execute(key: int, *, at: datetime) -> bool:
    """Let rules, topics, precedents and people follow one succession; False if that is done or given up."""
    with transaction.atomic():
        found = AgencySuccession.objects.select_for_update(of=("self",)).filter(pk=key).planned().first()
        if found is None:
            return False
        author = Author(found.planned_by, at)
        rows = list(AgencySuccession.objects.standing().filter(predecessor=found.predecessor_id))
        _follow_rules(found, rows, author)
        _follow_topics(found, rows, author)
        _follow_known_problems(found, rows, author)
        if found.is_whole:
            _follow_whole(found, author)
        found.executed_at = at
        found.save(update_fields=["executed_at"])
        return True


def _follow_rules(succession: AgencySuccession, rows: list[AgencySuccession], author: Author) -> None:
    """End each rule for the work the day before, and begin one for the successor."""
    rules = RoutingRule.objects.filter(agency=succession.predecessor_id).select_related("topic")
    for rule in rules.filter(Q(ends_on=None) | Q(ends_on__gte=succession.on)):
        if best(rows, rule.topic, rule.governorate_id) == succession:
            _hand_rule_on(rule, succession, author)
        elif not succession.is_whole and (narrow := _narrowed(rule, succession)) is not None:
            reference_changes.add(narrow, author=author)


def _hand_rule_on(rule: RoutingRule, succession: AgencySuccession, author: Author) -> None:
    if rule.starts_on is not None and rule.starts_on >= succession.on:
        reference_changes.change(rule, {"agency_id": succession.successor_id}, author=author)
        return
    next_rule = RoutingRule(
        topic_id=rule.topic_id,
        governorate_id=rule.governorate_id,
        place_ar=rule.place_ar,
        agency_id=succession.successor_id,
        starts_on=succession.on,
        ends_on=rule.ends_on,
    )
    reference_changes.change(rule, {"ends_on": last_day(succession.on)}, author=author, kind=ChangeKind.ENDED)
    reference_changes.add(next_rule, author=author)


def _narrowed(rule: RoutingRule, succession: AgencySuccession) -> RoutingRule | None:
    """Return the rule for the part of a wider rule's work that moves, None if no part of it does, or there is one."""
    topic = succession.topic or rule.topic
    if rule.topic_id not in {topic.pk, topic.parent_id}:
        return None
    if succession.governorate_id and rule.governorate_id not in {None, succession.governorate_id}:
        return None
    same = {
        "topic_id": topic.pk,
        "governorate_id": succession.governorate_id or rule.governorate_id,
        "place_ar": rule.place_ar,
    }
    taken = RoutingRule.objects.filter(**same).filter(Q(ends_on=None) | Q(ends_on__gte=succession.on)).exists()
    if taken:
        return None
    return RoutingRule(**same, agency_id=succession.successor_id, starts_on=succession.on, ends_on=rule.ends_on)


def _follow_topics(succession: AgencySuccession, rows: list[AgencySuccession], author: Author) -> None:
    """Let the topics of the work be suggested for the successor, and the precedents name it."""
    for topic in Topic.objects.filter(suggested_agency=succession.predecessor_id):
        if best(rows, topic, None) == succession:
            reference_changes.change(topic, {"suggested_agency_id": succession.successor_id}, author=author)
    for precedent in Precedent.objects.filter(agency=succession.predecessor_id, ended_at=None).select_related("topic"):
        if best(rows, precedent.topic, precedent.governorate_id) == succession:
            precedent.agency_id = succession.successor_id
            precedent.save(update_fields=["agency"])


def _follow_known_problems(succession: AgencySuccession, rows: list[AgencySuccession], author: Author) -> None:
    """Let the successor change and end the problems of the work that last or are still to begin."""
    own = KnownProblem.objects.not_over(at=author.at).filter(agency=succession.predecessor_id)
    for problem in own.select_related("topic"):
        if best(rows, problem.topic, problem.governorate_id) == succession:
            links.hand_on(problem.pk, succession.successor, author=author)


def _follow_whole(succession: AgencySuccession, author: Author) -> None:
    """Let what stands below the agency and its people follow, and end the agency."""
    old, new = succession.predecessor, succession.successor
    below: tuple[tuple[QuerySet[Reference], str], ...] = (
        (Agency.objects.filter(parent=old), "parent_id"),
        (OutsideCentre.objects.filter(agency=old), "agency_id"),
        (AgencySite.objects.filter(agency=old), "agency_id"),
        (_free_directorates(old, new), "agency_id"),
    )
    for rows, name in below:
        for row in rows:
            reference_changes.change(row, {name: new.pk}, author=author)
    planner = User.objects.get(pk=succession.planned_by)
    carry_over(old, new, on=succession.on, by=planner, at=author.at)
    reference_changes.end(old, author=author, on=last_day(succession.on))
    AgencySuccession.objects.filter(final=old).update(final=new)


def _free_directorates(old: Agency, new: Agency) -> QuerySet[Directorate]:
    """Return the directorates of ``old`` whose name no directorate of ``new`` has."""
    return Directorate.objects.filter(agency=old).exclude(name_ar__in=new.directorates.values("name_ar"))


# ---- the cases, one by one ----


def open_cases(succession: AgencySuccession) -> CaseQuerySet:
    """Return the cases of the agency that a succession covers and that can be referred now."""
    found = Case.objects.filter(agency=succession.predecessor_id, state__in=AT_AGENCY)
    if succession.topic_id:
        found = found.filter(Q(topic=succession.topic_id) | Q(topic__parent=succession.topic_id))
    if succession.governorate_id:
        found = found.filter(governorate=succession.governorate_id)
    return found


def _cases(run: RowRun) -> Iterator[tuple[AgencySuccession, Case]]:
    """Yield the cases that have still to follow, by the succession that fits each best.

    Of an agency that goes on with other work, only what it had then: what came to it afterwards came on purpose. An
    agency that has ended gets nothing on purpose; what came in the moment of its end follows as well.
    """
    executed = list(AgencySuccession.objects.executed().select_related("final", "predecessor", "topic"))
    for succession in executed:
        rows = [each for each in executed if each.predecessor_id == succession.predecessor_id]
        left = open_cases(succession)
        if not has_ended(succession.predecessor, on=timezone.localdate(run.at)):
            left = left.filter(~_referred_since(succession.executed_at), filed_at__lte=succession.executed_at)
        for case in run.without_waiting(left).select_related("topic", "agency", "citizen").order_by("pk"):
            if best(rows, case.topic, case.governorate_id) == succession:
                yield succession, case


def _referred_since(moment: datetime | None) -> Exists:
    referred = CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.REFER, at__gt=moment)
    return Exists(referred.order_by())


def _move(case: Case, succession: AgencySuccession, *, at: datetime) -> bool:
    """Refer one case to the agency that does its work now, in the name of whoever planned it; False if it stays."""
    by = _mover(succession, at=at)
    if by is None:
        return False
    with override(case.language):
        reason = (
            gettext("%(old)s is now part of %(new)s.")
            if succession.is_whole
            else gettext("%(new)s does this work now.")
        )
        reason %= {"old": succession.predecessor.name, "new": succession.final.name}
    try:
        actions.refer(case, by=by, at=at, agency=succession.final, reason=reason)
    except HELD_BACK:
        return False
    return True


def _mover(succession: AgencySuccession, *, at: datetime) -> User | None:
    """Return whoever planned the succession, or the head of the unit if they have left it."""
    planner = User.objects.filter(pk=succession.planned_by).first()
    if planner is not None and planner.authority(at).has(CMU):
        return planner
    return acting_as(UNIT_HEAD, timezone.localdate(at)).first()


# ---- what a plan concerns ----


@dataclass(frozen=True)
class SuccessionPreview:
    """What a succession concerns: counts of open cases, people, rules, topics, precedents, directorates."""

    cases: int
    waiting: int
    people: int
    rules: int
    topics: int
    precedents: int
    directorates: int
    below: int
    receivers: int


def preview(succession: AgencySuccession, *, at: datetime) -> SuccessionPreview:
    """Count what a succession concerns; ``receivers`` are the officers of the successor on that day."""
    old, on = succession.predecessor, timezone.localdate(at)
    later = Q(ends_on=None) | Q(ends_on__gte=on)
    part = _part(succession)
    whole = succession.is_whole
    return SuccessionPreview(
        cases=open_cases(succession).count(),
        waiting=Case.objects.filter(agency=old, state="waiting").count(),
        people=old.memberships.filter(later).values("user").distinct().count() if whole else 0,
        rules=RoutingRule.objects.filter(later, part, agency=old).count(),
        topics=Topic.objects.filter(suggested_agency=old).count() if whole else 0,
        precedents=Precedent.objects.filter(part, agency=old, ended_at=None).count(),
        directorates=old.directorates.filter(is_active=True).count() if whole else 0,
        below=old.children.count() if whole else 0,
        receivers=succession.successor.memberships.filter(later, role="officer").count(),
    )


def _part(succession: AgencySuccession) -> Q:
    found = Q()
    if succession.topic_id:
        found &= Q(topic=succession.topic_id) | Q(topic__parent=succession.topic_id)
    return found & Q(governorate=succession.governorate_id) if succession.governorate_id else found
