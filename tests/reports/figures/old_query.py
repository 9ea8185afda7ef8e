"""Seven figures by one query over the events of the cases: a check that knows nothing of entries or of what is kept.

A deadline that a later pause moved is judged by the calendar, in Python.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import connection

from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from complaints.models.ratings import CONFIRMATION
from tests.reports.figures.naive import Naive

#: The figures in the order of the columns.
FIGURE_NAMES: Final = ("received", "closed", "pending", "late", "confirmed", "disputed", "came_back")

# One pass over the cases that can count: filed before the end, and not closed for good before the start. The agency of
# a case comes from the last event that placed it. The deadline of a clock at that time is `first_due_at`, unless a
# pause that ended later has moved it: such clocks are returned and checked by the calendar in Python.
COUNT = f"""
WITH standing AS (
    SELECT
        cases.id,
        cases.kind,
        cases.filed_at >= %(start)s AS is_received,
        past.state = 'closed' AS is_closed,
        past.closed_at,
        past.agency_id,
        past.answered_at,
        past.confirmation,
        EXISTS (
            SELECT FROM complaints_recurrence AS again
            WHERE again.case_id = cases.id AND NOT EXISTS (
                SELECT FROM complaints_caselink AS link
                WHERE link.case_id = cases.id AND link.kind = 'same_problem' AND link.ended_at IS NULL
            )
        ) AS is_back
    FROM complaints_case AS cases
    CROSS JOIN LATERAL (
        SELECT
            (array_agg(event.to_state ORDER BY event.number DESC))[1] AS state,
            (array_agg(event.at ORDER BY event.number DESC)
                FILTER (WHERE event.to_state = 'closed' AND event.from_state <> 'closed'))[1] AS closed_at,
            (array_agg(event.at ORDER BY event.number DESC) FILTER (WHERE event.action = 'close'))[1] AS answered_at,
            {CONFIRMATION} AS confirmation,
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
    count(*) FILTER (WHERE answered_at >= %(start)s AND confirmation = 'confirmed'),
    count(*) FILTER (WHERE answered_at >= %(start)s AND confirmation = 'disputed'),
    count(*) FILTER (WHERE is_received AND is_back),
    jsonb_agg(jsonb_build_array(first_due_at, judged_at, later_pauses)) FILTER (WHERE later_pauses IS NOT NULL)
FROM judged
GROUP BY agency_id, kind
"""


def count(start: datetime, end: datetime) -> Naive:
    """Count from ``start`` to ``end``; keys are the figure and an agency's id, a kind, None (no agency) or "all"."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"start": start, "end": end})
        rows = cursor.fetchall()
    calendar = current_calendar()
    counted: Naive = Counter()
    for agency, kind, received, closed, pending, late, *said, moved in rows:
        numbers = (received, closed, pending, late + _late_among(moved, calendar), *said)
        for name, number in zip(FIGURE_NAMES, numbers, strict=True):
            for key in (agency, kind, "all"):
                counted[name, key] += number
    return counted


def _late_among(moved: str | None, calendar: WorkingCalendar) -> int:
    """Return how many of these clocks were late; ``moved`` is JSON: due, judged at, pauses."""
    if moved is None:
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
