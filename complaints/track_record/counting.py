"""Counts what became of cases and promises, an agency in one statement each, for the tables that pages read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db import connection

from agencies.calendar import WorkingCalendar
from complaints.models import AnswerRecord
from complaints.track_record.working_days import CALENDAR, day_number, day_numbers
from complaints.workflow import Kind, Outcome

#: How far back cases and promises count.
LOOK_BACK: Final = timedelta(days=365)
#: Times of so many working days and longer are counted together.
MOST_DAYS: Final = 60
#: Ends of a case that are no answer.
_NO_ANSWER: Final = (Outcome.WITHDRAWN, Outcome.INADMISSIBLE, Outcome.THANKED)
#: A promise was made at most so long after its case was filed, or counts nowhere.
_LONGEST_CASE: Final = timedelta(days=120)

# A case that was objected to is open again, or was closed a second time: its first answer is in its history.
_ANSWERS = f"""
WITH {CALENDAR}
SELECT
    cases.topic_id, topic.parent_id, answer.at IS NOT NULL AS is_answered,
    least(
        %(most)s,
        {day_number("coalesce(answer.at, cases.closed_at, %(at)s)")} - {day_number("cases.filed_at")}
    ) AS days,
    count(*)
FROM calendar CROSS JOIN complaints_case AS cases
LEFT JOIN agencies_topic AS topic ON topic.id = cases.topic_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN cases.objections_made > 0 THEN (
            SELECT min(event.at) FROM complaints_caseevent AS event
            WHERE event.case_id = cases.id AND event.action = 'close'
        )
        WHEN cases.state = 'closed' AND cases.outcome <> ALL(%(no_answer)s) THEN cases.closed_at
    END AS at
) AS answer
WHERE cases.filed_at >= %(since)s AND cases.filed_at < %(at)s AND cases.kind <> %(praise)s
    AND (%(agencies)s::bigint[] IS NULL OR cases.agency_id = ANY(%(agencies)s))
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - its parts are constants of ours
# A run that stopped before its day (the case was withdrawn, or left the agency) was neither kept nor missed, nor is
# one that waits for the citizen. OFFSET 0 and coalesce keep the planner from reading all clocks for each case.
_PROMISES = f"""
WITH {CALENDAR}
SELECT
    cases.topic_id,
    (acceptance.facts ->> 'directorate')::bigint AS directorate_id,
    (acceptance.facts ->> 'days')::integer AS span,
    CASE WHEN clock.ended_at <= clock.first_due_at
        THEN {day_number("clock.first_due_at")} - {day_number("clock.ended_at")}
    END AS days_left,
    count(*)
FROM calendar CROSS JOIN complaints_case AS cases
CROSS JOIN LATERAL (
    SELECT run.* FROM complaints_clock AS run
    WHERE run.case_id = cases.id AND run.kind = 'answer' AND coalesce(run.task_id, 0) = 0
        AND run.first_due_at >= %(since)s AND run.first_due_at < %(at)s
        AND NOT (run.ending = 'stopped' AND run.ended_at <= run.first_due_at)
        AND (run.paused_at IS NULL OR run.paused_at >= run.first_due_at)
    OFFSET 0
) AS clock
CROSS JOIN LATERAL (
    SELECT event.facts FROM complaints_caseevent AS event
    WHERE event.case_id = cases.id AND event.action = 'accept' AND event.at = clock.started_at
    OFFSET 0
) AS acceptance
WHERE cases.filed_at >= %(filed_since)s
    AND (%(agencies)s::bigint[] IS NULL OR cases.agency_id = ANY(%(agencies)s))
GROUP BY 1, 2, 3, 4
"""  # noqa: S608 - its parts are constants of ours
# A pause that began later moved the date later. What became of a promise is for the measurement alone.
_OPEN = f"""
WITH {CALENDAR}
SELECT
    cases.id, cases.agency_id, cases.topic_id, (acceptance.facts ->> 'days')::integer AS span,
    {day_number("clock.first_due_at")} - {day_number("%(at)s::timestamptz")} - (
        SELECT coalesce(sum({day_number("upper(pause)")} - {day_number("lower(pause)")}), 0)
        FROM unnest(clock.pauses) AS pause WHERE lower(pause) >= %(at)s
    ) AS days_left,
    CASE
        WHEN clock.ended_at > clock.first_due_at OR (clock.ended_at IS NULL AND clock.first_due_at < %(known_at)s)
            THEN false
        WHEN clock.ending = 'met' THEN true
    END AS is_kept
FROM calendar CROSS JOIN complaints_clock AS clock
JOIN complaints_case AS cases ON cases.id = clock.case_id
JOIN complaints_caseevent AS acceptance
    ON acceptance.case_id = cases.id AND acceptance.action = 'accept' AND acceptance.at = clock.started_at
WHERE clock.kind = 'answer' AND clock.task_id IS NULL AND clock.started_at < %(at)s AND clock.first_due_at >= %(at)s
    AND (clock.ended_at IS NULL OR clock.ended_at >= %(at)s)
    AND (clock.paused_at IS NULL OR clock.paused_at >= %(at)s)
    AND NOT EXISTS (SELECT FROM unnest(clock.pauses) AS pause WHERE pause @> %(at)s::timestamptz)
    AND (%(agencies)s::bigint[] IS NULL OR cases.agency_id = ANY(%(agencies)s))
"""  # noqa: S608 - its parts are constants of ours

type AgencyKeys = Sequence[int] | None


class RecordKey(NamedTuple):
    """Whose promises of how many working days; None stands for all."""

    agency: int | None
    directorate: int | None
    topic: int | None
    span: int


@dataclass
class PromiseCounts:
    """Promises of one span: how many were answered with each number of working days left, and how many were missed."""

    kept: list[int]
    missed: int = 0

    def add(self, days_left: int | None, number: int) -> None:
        """Count ``number`` promises more; without ``days_left`` they were missed."""
        if days_left is None:
            self.missed += number
        else:
            self.kept[min(max(days_left, 0), len(self.kept) - 1)] += number

    @property
    def made(self) -> int:
        """Return how many promises were counted."""
        return sum(self.kept) + self.missed


class OpenPromise(NamedTuple):
    """A promise whose day has not come, with the working days left; ``is_kept`` is what became of it, if known."""

    case: int
    agency: int
    topic: int | None
    span: int
    days_left: int
    is_kept: bool | None


@dataclass
class AnswerCounts:
    """The counts of one row of ``AnswerRecord``."""

    answered: list[int] = field(default_factory=lambda: [0] * (MOST_DAYS + 1))
    unanswered: list[int] = field(default_factory=lambda: [0] * (MOST_DAYS + 1))


def count_answers(
    agencies: AgencyKeys, *, at: datetime, calendar: WorkingCalendar
) -> Mapping[int | None, AnswerCounts]:
    """Return the times of answers by topic, and under None of all topics; of all ``agencies`` also by group."""
    since = at - LOOK_BACK
    counts: dict[int | None, AnswerCounts] = defaultdict(AnswerCounts)
    extra = {"most": MOST_DAYS, "since": since, "no_answer": list(_NO_ANSWER), "praise": Kind.PRAISE}
    for topic, group, is_answered, days, number in _rows(_ANSWERS, agencies, since, at, calendar, extra):
        for key in {topic, None} | ({group} if agencies is None else set()):
            found = counts[key]
            (found.answered if is_answered else found.unanswered)[max(days or 0, 0)] += number
    return counts


def answer_rows(agency: int | None, counts: Mapping[int | None, AnswerCounts]) -> Iterable[AnswerRecord]:
    """Yield the rows that keep ``counts``."""
    for topic, found in counts.items():
        yield AnswerRecord(agency_id=agency, topic_id=topic, answered=found.answered, unanswered=found.unanswered)


def count_promises(
    agency: int | None, agencies: AgencyKeys, *, at: datetime, calendar: WorkingCalendar
) -> Mapping[RecordKey, PromiseCounts]:
    """Return what became of the promises of ``agencies``, kept under the key of ``agency``, whose day came before."""
    since = at - LOOK_BACK
    counts: dict[RecordKey, PromiseCounts] = {}
    extra = {"since": since, "filed_since": since - _LONGEST_CASE}
    for topic, directorate, span, days_left, number in _rows(
        _PROMISES, agencies, since - _LONGEST_CASE, at, calendar, extra
    ):
        directorates = {None} if agency is None else {directorate, None}
        for key in (RecordKey(agency, part, subject, span) for part in directorates for subject in {topic, None}):
            counts.setdefault(key, PromiseCounts([0] * (span + 1))).add(days_left, number)
    return counts


def open_promises(
    agencies: AgencyKeys, *, at: datetime, calendar: WorkingCalendar, known_at: datetime | None = None
) -> list[OpenPromise]:
    """Return the promises of ``agencies`` that ran at ``at``; what became of them is as it was at ``known_at``."""
    extra = {"known_at": known_at or at}
    rows = _rows(_OPEN, agencies, at - _LONGEST_CASE, at, calendar, extra)
    return [promise for row in rows if (promise := OpenPromise(*row)).days_left >= 0]


def _rows(
    statement: str,
    agencies: AgencyKeys,
    since: datetime,
    at: datetime,
    calendar: WorkingCalendar,
    extra: Mapping[str, Any],
) -> list[Any]:
    numbers = day_numbers(calendar, since=since, until=at)
    parameters: dict[str, Any] = {**numbers.parameters, **extra, "at": at, "agencies": agencies and list(agencies)}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
