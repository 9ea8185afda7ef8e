"""The figures of a period: cases received, closed, pending and late, by agency, by kind and by topic.

A case counts by what was true at the **end of the period**: the last moment of its last day, or now while that day is
not over. What happened afterwards changes nothing, so the figures of a past month stay what they were.

- *received*: filed in the period.
- *closed*: closed at the end of the period, by a closing that fell in it, whatever the outcome (withdrawn and archived
  cases too). A closing that was corrected or objected to before the end does not count; one that follows an objection
  counts in the period of that second closing.
- *pending*: filed before the end of the period and not closed at it.
- *confirmed*, *disputed*: answered in the period, and the citizen's last word on that answer before the end of the
  period says that it is solved, or that it is not (``complaints.models.ratings.CONFIRMATION``). The rest is silent.
- *came back*: complaints filed in the period about what was closed at the same place shortly before; those linked to
  another case as one problem do not count.
- *late*: the pending cases whose first deadline had passed: to find the agency, to decide competence, to answer, or to
  decide an objection. An extension does not change this, for lateness is measured against the first promise; days in
  which the office waited for the citizen do not count, for they pause that clock.

Each case counts once, for the agency it was with at the end of the period, or for the one that does the work of that
agency today; cases with none stand in a row of their own.
A correction of topic or kind says what a case was from the beginning: past figures follow it, unlike all else.
Small numbers are shown as they are, for these pages are internal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from functools import reduce
from operator import add
from typing import NamedTuple

from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext

from agencies import successions
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import Agency, Topic, current_calendar
from agencies.names import names_on
from agencies.successions import Continuity
from complaints.models.ratings import CONFIRMATION
from complaints.workflow import Kind, Outcome
from kit import replica
from kit.arabic import fold
from reports.figures.time_in_hand import TimeRow
from reports.periods import ReportPeriod

# One pass over the cases that can count: filed before the end, and not closed for good before the start. The agency of
# a case comes from the last event that placed it. The deadline of a clock at that time is `first_due_at`, unless a
# pause that ended later has moved it: such clocks are returned and checked by the calendar in Python.
COUNT = f"""
WITH standing AS (
    SELECT
        cases.id,
        cases.kind,
        cases.topic_id AS counted_topic_id,
        cases.filed_at >= %(start)s AS is_received,
        past.state = 'closed' AS is_closed,
        past.closed_at,
        CASE WHEN past.state = 'closed' THEN past.outcome END AS outcome,
        past.agency_id,
        past.answered_at,
        past.confirmation,
        EXISTS (
            SELECT FROM complaints_recurrence AS again
            WHERE again.case_id = cases.id AND NOT EXISTS (
                SELECT FROM complaints_caselink AS link
                WHERE link.case_id = cases.id AND link.kind = 'same_problem' AND link.ended_at IS NULL
            )
        ) AS is_back,
        CASE WHEN past.agency_id = ANY(%(parted)s) THEN cases.topic_id END AS topic_id,
        CASE WHEN past.agency_id = ANY(%(parted)s) THEN cases.governorate_id END AS governorate_id
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
                    WHEN 'withdraw' THEN 'withdrawn'
                    WHEN 'archive' THEN 'inadmissible'
                    ELSE event.facts ->> 'outcome'
                END
                ORDER BY event.number DESC
            ) FILTER (WHERE event.action IN ('close', 'deliver', 'withdraw', 'archive')))[1] AS outcome,
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
    topic_id,
    governorate_id,
    kind,
    counted_topic_id,
    outcome,
    count(*) FILTER (WHERE is_received),
    count(*) FILTER (WHERE is_closed AND closed_at >= %(start)s),
    count(*) FILTER (WHERE NOT is_closed),
    count(*) FILTER (WHERE is_late),
    count(*) FILTER (WHERE answered_at >= %(start)s AND confirmation = 'confirmed'),
    count(*) FILTER (WHERE answered_at >= %(start)s AND confirmation = 'disputed'),
    count(*) FILTER (WHERE is_received AND is_back),
    jsonb_agg(jsonb_build_array(first_due_at, judged_at, later_pauses)) FILTER (WHERE later_pauses IS NOT NULL)
FROM judged
GROUP BY agency_id, topic_id, governorate_id, kind, counted_topic_id, outcome
"""  # noqa: S608 - the definition is a constant of ours


@dataclass(frozen=True)
class CaseFigures:
    """The figures of one group of cases; the module docstring defines them."""

    received: int = 0
    closed: int = 0
    pending: int = 0
    late: int = 0
    confirmed: int = 0
    disputed: int = 0
    came_back: int = 0

    def __add__(self, other: CaseFigures) -> CaseFigures:
        return CaseFigures(*map(add, astuple(self), astuple(other)))

    def __bool__(self) -> bool:
        return any(astuple(self))


#: The figures in the order they are shown.
FIGURE_NAMES = ("received", "closed", "pending", "late", "confirmed", "disputed", "came_back")


@dataclass(frozen=True)
class FigureRow:
    """One row of a table: a name, a short name for the chart, the figures, and whose work is in them."""

    name: str
    short_name: str
    figures: CaseFigures
    note: str = ""

    @property
    def full_name(self) -> str:
        """The name with its note, for files."""
        return f"{self.name} ({self.note})" if self.note else self.name


@dataclass(frozen=True)
class OutcomeRow:
    """How many cases of a kind were closed with an outcome."""

    kind: str
    outcome: str
    closed: int


@dataclass(frozen=True)
class Report:
    """The figures of a period, counted at ``counted_at``; ``as_of`` is the end of the period they describe.

    ``times`` and ``copy_note`` are not counted with the figures; the view adds them.
    """

    period: ReportPeriod
    as_of: datetime
    counted_at: datetime
    by_agency: tuple[FigureRow, ...]
    by_kind: tuple[FigureRow, ...]
    total: CaseFigures
    by_topic: tuple[FigureRow, ...] = ()
    by_outcome: tuple[OutcomeRow, ...] = ()
    times: tuple[TimeRow, ...] = ()
    copy_note: str = ""

    @property
    def is_running(self) -> bool:
        """Tell whether the period's last day is not over yet."""
        return self.as_of < self.period.ends_at


def count_figures(period: ReportPeriod, *, at: datetime) -> Report:
    """Count the cases of ``period`` as they were at its end, or at ``at`` while it lasts; names in the active language.

    Five queries for any number of agencies and cases, two more when a clock was paused beyond the end of the period.
    """
    as_of = min(period.ends_at, at)
    continued = successions.continuity(on=timezone.localdate(at))
    groups = _groups(period.starts_at, as_of, continued)
    by_kind = _sum_by_key((group.kind, figures) for group, figures in groups.items())
    return Report(
        period=period,
        as_of=as_of,
        counted_at=at,
        by_agency=agency_rows(
            _sum_by_key((group.agency, figures) for group, figures in groups.items()),
            predecessors=continued.predecessors(),
            on=period.last,
        ),
        by_kind=tuple(
            FigureRow(str(kind.label), str(kind.label), by_kind.get(kind.value, CaseFigures())) for kind in Kind
        ),
        by_topic=topic_rows(_sum_by_key((group.topic, figures) for group, figures in groups.items())),
        by_outcome=_outcome_rows(groups),
        total=reduce(add, groups.values(), CaseFigures()),
    )


class _Group(NamedTuple):
    """The cases of one agency, kind, topic and outcome, which is None while they are open."""

    agency: int | None
    kind: str
    topic: int | None
    outcome: str | None


def _groups(start: datetime, end: datetime, continued: Continuity) -> dict[_Group, CaseFigures]:
    """Return the figures of each kind, topic and agency that does the work today."""
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(COUNT, {"start": start, "end": end, "parted": continued.parted})
        rows = cursor.fetchall()
    calendar = current_calendar() if any(row[-1] for row in rows) else None
    return _sum_by_key(
        (
            _Group(continued.agency(agency, parted, governorate), kind, topic, outcome),
            CaseFigures(received, closed, pending, late + _late_among(moved, calendar), *said),
        )
        for agency, parted, governorate, kind, topic, outcome, received, closed, pending, late, *said, moved in rows
    )


def _late_among(moved: str | None, calendar: WorkingCalendar | None) -> int:
    """Return how many of these clocks were late; ``moved`` is JSON: due, judged at, pauses."""
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


def _sum_by_key[K](pairs: Iterable[tuple[K, CaseFigures]]) -> dict[K, CaseFigures]:
    sums: dict[K, CaseFigures] = {}
    for key, figures in pairs:
        sums[key] = sums.get(key, CaseFigures()) + figures
    return sums


def agency_rows(
    sums: Mapping[int | None, CaseFigures], *, predecessors: Mapping[int, list[int]], on: date
) -> tuple[FigureRow, ...]:
    """Return the agencies with cases to count, most received first, then by name; cases without agency last.

    The note of a row names the agencies whose work it includes, and the name the agency had ``on`` that day.
    """
    shown = {key for key, figures in sums.items() if key is not None and figures}
    others = {old for key in shown for old in predecessors.get(key, ())}
    agencies = Agency.objects.only("name_ar", "name_en", "short_name_ar", "short_name_en").in_bulk(shown | others)
    former = names_on(shown, on=on)
    rows = [
        FigureRow(
            agencies[key].name,
            agencies[key].short_name,
            sums[key],
            _note([agencies[old].name for old in predecessors.get(key, ())], former.get(key, "")),
        )
        for key in shown
    ]
    rows.sort(key=lambda row: (-row.figures.received, fold(row.name)))
    unplaced = sums.get(None, CaseFigures())
    no_agency = FigureRow(gettext("No agency yet"), gettext("No agency yet"), unplaced)
    return (*rows, no_agency) if unplaced else tuple(rows)


def topic_rows(sums: Mapping[int | None, CaseFigures]) -> tuple[FigureRow, ...]:
    """Return the topics with cases to count, most received first, then by name; cases without a topic last."""
    shown = {key for key, figures in sums.items() if key is not None and figures}
    topics = Topic.objects.only("name_ar", "name_en").in_bulk(shown)
    rows = [FigureRow(topics[key].name, topics[key].name, sums[key]) for key in shown]
    rows.sort(key=lambda row: (-row.figures.received, fold(row.name)))
    unsorted = sums.get(None, CaseFigures())
    return (*rows, FigureRow(gettext("No topic"), gettext("No topic"), unsorted)) if unsorted else tuple(rows)


def _outcome_rows(groups: Mapping[_Group, CaseFigures]) -> tuple[OutcomeRow, ...]:
    """Return the outcomes of the cases closed in the period, by kind, each in the order of its choices."""
    closed = _sum_by_key(((group.kind, group.outcome), figures) for group, figures in groups.items())
    return tuple(
        OutcomeRow(str(kind.label), str(outcome.label), closed[kind.value, outcome.value].closed)
        for kind in Kind
        for outcome in Outcome
        if (kind.value, outcome.value) in closed and closed[kind.value, outcome.value].closed
    )


def _note(included: Sequence[str], former: str) -> str:
    """Return what is said beside the name of an agency; empty where nothing is."""
    notes = []
    if former:
        notes.append(gettext("then: %(name)s") % {"name": former})
    if included:
        notes.append(gettext("with the work of: %(names)s") % {"names": gettext(", ").join(included)})
    return " · ".join(notes)
