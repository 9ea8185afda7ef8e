"""The figures of a span of days: cases received, closed, pending and late, by agency and by kind.

A case counts by what was true at the **end of the span**: the last moment of its last day, or now while that day is
not over. What happened afterwards changes nothing, so the figures of a past month stay what they were.

- *received*: filed in the span.
- *closed*: closed at the end of the span, by a closing that fell in it, whatever the outcome (withdrawn and archived
  cases too). A closing that was corrected or objected to before the end does not count; one that follows an objection
  counts in the span of that second closing.
- *pending*: filed before the end of the span and not closed at it.
- *late*: of the pending, those whose first deadline had passed: to find the agency, to decide competence, to answer,
  to decide an objection. An extension does not excuse, for lateness is measured against the first promise; the days
  in which the citizen was asked do, for that clock stands still.

Each case counts once, for the agency it was with at the end of the span; cases with none stand in a row of their own.
Small groups are shown as they are: these pages are internal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from functools import reduce
from operator import add

from django.db import connection
from django.utils.translation import gettext

from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints.workflow import Kind
from kit.arabic import fold
from reports.spans import Span
from reports.times import TimeRow

# One pass over the cases that can count: filed before the end, and not closed for good before the start. The agency of
# a case comes from the last event that placed it; the deadline of a clock as it stood then is `first_due_at`, unless
# the clock was stopped and went on later, which moved it: such clocks are handed out and judged by the calendar.
COUNT = """
WITH standing AS (
    SELECT
        cases.id,
        cases.kind,
        cases.filed_at >= %(start)s AS is_received,
        past.state = 'closed' AS is_closed,
        past.closed_at,
        past.agency_id
    FROM complaints_case AS cases
    CROSS JOIN LATERAL (
        SELECT
            (array_agg(event.to_state ORDER BY event.number DESC))[1] AS state,
            (array_agg(event.at ORDER BY event.number DESC)
                FILTER (WHERE event.to_state = 'closed' AND event.from_state <> 'closed'))[1] AS closed_at,
            (array_agg(
                CASE event.action
                    WHEN 'file' THEN event.agency_id
                    WHEN 'refer' THEN (event.facts ->> 'agency')::bigint
                END
                ORDER BY event.number DESC
            ) FILTER (WHERE event.action IN ('file', 'refer', 'decline', 'return')))[1] AS agency_id
        FROM complaints_caseevent AS event
        WHERE event.case_id = cases.id AND event.at < %(end)s
    ) AS past
    WHERE cases.filed_at < %(end)s
        AND (cases.closed_at IS NULL OR cases.closed_at >= %(start)s OR cases.filed_at >= %(start)s)
),
judged AS (
    SELECT
        standing.*,
        clock.first_due_at,
        clock.judged_at,
        clock.later_pauses,
        clock.later_pauses IS NULL AND clock.first_due_at < clock.judged_at AS is_late
    FROM standing
    LEFT JOIN LATERAL (
        SELECT
            run.first_due_at,
            least(%(end)s, (
                SELECT min(lower(pause)) FROM unnest(run.pauses || tstzrange(run.paused_at, NULL)) AS pause
                WHERE lower(pause) < %(end)s AND coalesce(upper(pause) >= %(end)s, true)
            )) AS judged_at,
            (
                SELECT jsonb_agg(jsonb_build_array(lower(pause), upper(pause))) FROM unnest(run.pauses) AS pause
                WHERE upper(pause) >= %(end)s AND upper(pause) IS DISTINCT FROM run.ended_at
            ) AS later_pauses
        FROM complaints_clock AS run
        WHERE run.case_id = standing.id
            AND run.kind <> 'citizen_reply'
            AND run.task_id IS NULL
            AND run.started_at < %(end)s
            AND (run.ended_at IS NULL OR run.ended_at >= %(end)s)
        ORDER BY run.started_at DESC, run.id DESC
        LIMIT 1
    ) AS clock ON NOT standing.is_closed
)
SELECT
    agency_id,
    kind,
    count(*) FILTER (WHERE is_received),
    count(*) FILTER (WHERE is_closed AND closed_at >= %(start)s),
    count(*) FILTER (WHERE NOT is_closed),
    count(*) FILTER (WHERE is_late),
    jsonb_agg(jsonb_build_array(first_due_at, judged_at, later_pauses)) FILTER (WHERE later_pauses IS NOT NULL)
FROM judged
GROUP BY agency_id, kind
"""


@dataclass(frozen=True)
class Figures:
    """The four figures of one group of cases, as the module defines them."""

    received: int = 0
    closed: int = 0
    pending: int = 0
    late: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*map(add, astuple(self), astuple(other)))

    def __bool__(self) -> bool:
        return any(astuple(self))


#: The figures in the order they are shown.
NAMES = ("received", "closed", "pending", "late")


@dataclass(frozen=True)
class Row:
    """One line of a table: a name, a short one for drawings, and its figures."""

    name: str
    short_name: str
    figures: Figures


@dataclass(frozen=True)
class Report:
    """The figures of a span, counted at ``counted_at``; ``as_of`` is the end of the span they describe.

    ``times`` are not counted with the figures but added by whoever shows them.
    """

    span: Span
    as_of: datetime
    counted_at: datetime
    by_agency: tuple[Row, ...]
    by_kind: tuple[Row, ...]
    total: Figures
    times: tuple[TimeRow, ...] = ()

    @property
    def is_running(self) -> bool:
        """Tell whether the span's last day is not over yet."""
        return self.as_of < self.span.ends_at


def count(span: Span, *, at: datetime) -> Report:
    """Count the cases of ``span`` as it stood at its end, or at ``at`` while it lasts; names in the active language.

    Two statements whatever the number of agencies and cases, four when the answer hangs on a clock that was stopped
    and went on after the end.
    """
    as_of = min(span.ends_at, at)
    groups = _groups(span.starts_at, as_of)
    by_kind = _gathered((kind, figures) for (_agency, kind), figures in groups.items())
    return Report(
        span=span,
        as_of=as_of,
        counted_at=at,
        by_agency=_agency_rows(_gathered((agency, figures) for (agency, _kind), figures in groups.items())),
        by_kind=tuple(Row(str(kind.label), str(kind.label), by_kind.get(kind.value, Figures())) for kind in Kind),
        total=reduce(add, groups.values(), Figures()),
    )


def _groups(start: datetime, end: datetime) -> dict[tuple[int | None, str], Figures]:
    """Return the figures of each agency and kind."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"start": start, "end": end})
        rows = cursor.fetchall()
    calendar = current_calendar() if any(row[-1] for row in rows) else None
    return {
        (agency, kind): Figures(received, closed, pending, late + _late_among(moved, calendar))
        for agency, kind, received, closed, pending, late, moved in rows
    }


def _late_among(moved: str | None, calendar: WorkingCalendar | None) -> int:
    """Return how many of the clocks handed out were late; they come as JSON: due, judged at, pauses."""
    if calendar is None or moved is None:
        return 0
    moment = datetime.fromisoformat
    return sum(
        was_late(
            moment(due),
            at=moment(judged_at),
            pauses=[(moment(began), moment(ended)) for began, ended in pauses],
            calendar=calendar,
        )
        for due, judged_at, pauses in json.loads(moved)
    )


def was_late(
    due: datetime, *, at: datetime, pauses: Iterable[tuple[datetime, datetime]], calendar: WorkingCalendar
) -> bool:
    """Tell whether a deadline had passed at ``at``, before the ``pauses`` that ended later moved it on to ``due``.

    Pauses move a deadline by the working minutes they lasted, so it is compared in working minutes: it had passed if
    fewer of them lie between ``at`` and ``due`` than the pauses gave, or as many when ``at`` lies after office hours.
    """
    if due < at:
        return True
    given = sum(calendar.working_minutes(began, ended) for began, ended in pauses)
    between = calendar.working_minutes(at, due)
    return between < given or (between == given and due != at and not _is_in_hours(at, calendar))


def _is_in_hours(at: datetime, calendar: WorkingCalendar) -> bool:
    day = at.astimezone(AMMAN).date()
    return calendar.is_working_day(day) and calendar.opening(day) < at <= calendar.closing(day)


def _gathered[K](pairs: Iterable[tuple[K, Figures]]) -> dict[K, Figures]:
    sums: dict[K, Figures] = {}
    for key, figures in pairs:
        sums[key] = sums.get(key, Figures()) + figures
    return sums


def _agency_rows(sums: Mapping[int | None, Figures]) -> tuple[Row, ...]:
    """Return the agencies with anything to count, the busiest first, equals by name, and last what has no agency."""
    agencies = Agency.objects.only("name_ar", "name_en", "short_name_ar", "short_name_en").in_bulk(
        [key for key, figures in sums.items() if key is not None and figures]
    )
    rows = [Row(agency.name, agency.short_name, sums[key]) for key, agency in agencies.items()]
    rows.sort(key=lambda row: (-row.figures.received, fold(row.name)))
    unplaced = sums.get(None, Figures())
    nowhere = Row(gettext("No agency yet"), gettext("No agency yet"), unplaced)
    return (*rows, nowhere) if unplaced else tuple(rows)
