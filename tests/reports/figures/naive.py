"""The figures counted naively: every row of every case in Python, the clocks replayed forward from their start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from agencies.calendar import WorkingCalendar
from complaints.models import Case, CaseEvent, Clock

Naive = Counter[tuple[str, int | str | None]]


def count(start: datetime, end: datetime, *, calendar: WorkingCalendar) -> Naive:
    """Count as the definitions read; keys are the figure and an agency's id, a kind, None (no agency) or "all"."""
    counted: Naive = Counter()
    for case in Case.objects.prefetch_related("events", "clocks"):
        past = [event for event in case.events.all() if event.at < end]
        if past:
            figures = _figures(case, past, start, end, calendar)
            counted.update((figure, key) for figure in figures for key in (_agency(past), case.kind, "all"))
    return counted


def _figures(
    case: Case, past: Sequence[CaseEvent], start: datetime, end: datetime, calendar: WorkingCalendar
) -> list[str]:
    found = ["received"] if start <= case.filed_at < end else []
    found += ["came_back"] if found and _is_back(case) else []
    found += _said(past, start)
    if past[-1].to_state == "closed":
        found += ["received_closed"] if found[:1] == ["received"] else []
        closings = [event.at for event in past if event.to_state == "closed" and event.from_state != "closed"]
        return [*found, "closed"] if closings[-1] >= start else found
    late = any(_is_late(clock, past, end, calendar) for clock in case.clocks.all())
    return [*found, "pending", *(["late"] if late else [])]


def _said(past: Sequence[CaseEvent], start: datetime) -> list[str]:
    """Return the citizen's last word on the answer that stands, if that answer fell in the period."""
    word, answered_at = "", None
    for event in past:
        if event.action in {"close", "archive", "withdraw"} or (event.action, event.from_state) == ("undo", "closed"):
            word, answered_at = "", event.at if event.action == "close" else None
        elif event.action == "rate":
            word = "confirmed" if event.facts["solved"] == "yes" else "disputed"
        elif event.action == "object":
            word = "disputed"
    return [word] if word and answered_at and answered_at >= start else []


def _is_back(case: Case) -> bool:
    is_follower = case.links.filter(kind="same_problem", ended_at__isnull=True).exists()
    return hasattr(case, "recurrence") and not is_follower


def _agency(past: Sequence[CaseEvent]) -> int | None:
    agency: int | None = None
    for event in past:
        if event.action == "file":
            agency = event.agency_id
        elif event.action == "refer":
            agency = event.facts["agency"]
        elif event.action in {"decline", "return"}:
            agency = None
        elif event.action == "undo":
            agency = event.agency_id
    return agency


def _is_late(clock: Clock, past: Sequence[CaseEvent], end: datetime, calendar: WorkingCalendar) -> bool:
    is_live = clock.started_at < end and (clock.ended_at is None or clock.ended_at >= end)
    if clock.kind in {"citizen_reply", "may_object", "answer_task"} or not is_live:
        return False
    due = _first_deadline(clock, past, calendar)
    for pause in clock.pauses:
        if pause.upper < end:
            due = calendar.add_minutes(due, calendar.working_minutes(pause.lower, pause.upper))
    stopped = [pause.lower for pause in clock.pauses if pause.lower < end <= pause.upper]
    if clock.paused_at is not None and clock.paused_at < end:
        stopped.append(clock.paused_at)
    is_past: bool = due < min([end, *stopped])
    return is_past


def _first_deadline(clock: Clock, past: Sequence[CaseEvent], calendar: WorkingCalendar) -> datetime:
    if clock.limit_days is not None:
        return calendar.due(clock.started_at, clock.limit_days)
    promise = next(event for event in past if event.at == clock.started_at and "days" in event.facts)
    return calendar.due(clock.started_at, promise.facts["days"])
