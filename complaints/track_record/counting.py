"""Counts what became of cases and promises, an agency in one statement each, for the tables that pages read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from time import monotonic
from typing import Any, Final, NamedTuple

from django.db import connection
from django.db.models import Exists, Min, OuterRef, QuerySet, Sum
from django.utils import timezone

from accounts.models import User
from agencies import successions
from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints.models import AnswerRecord, Case, CaseQuerySet, PromiseForecast, PromiseRecord, TrackRecordCount
from complaints.workflow import Kind, Outcome, State
from kit.compiled_reads import CompiledRead, numbered
from notifications.periodic import RowRun

# ---- Working days for statements: a running number for each day, so that the database subtracts instead of
# counting.


#: The days that a span of working days may reach beyond its end by the calendar.
_AFTER = timedelta(days=120)


@dataclass(frozen=True)
class DayNumbers:
    """``numbers[n]`` is how many working days there are from ``first`` to ``n`` days after it, both included."""

    first: date
    numbers: tuple[int, ...]

    @property
    def parameters(self) -> dict[str, object]:
        """Return the parameters of ``CALENDAR``."""
        return {"first_day": self.first, "day_numbers": list(self.numbers)}


def day_numbers(calendar: WorkingCalendar, *, since: datetime, until: datetime) -> DayNumbers:
    """Return the numbers of the days from ``since`` until some months after ``until``."""
    first, last = timezone.localdate(since, AMMAN), timezone.localdate(until + _AFTER, AMMAN)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return DayNumbers(first, tuple(accumulate(int(calendar.is_working_day(day)) for day in days)))


#: The first of the common table expressions of a statement; ``day_number`` reads it.
CALENDAR = "calendar AS MATERIALIZED (SELECT %(first_day)s::date AS first, %(day_numbers)s::integer[] AS numbers)"


def day_number(moment: str) -> str:
    """Return the SQL for the running number of the day of ``moment``, SQL too; the statement reads ``calendar``."""
    return f"calendar.numbers[({moment} AT TIME ZONE 'Asia/Amman')::date - calendar.first + 1]"


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


# ---- How likely an open promise will be missed: the share of promises like it that were, of those not answered
# by now.
#
# Like it are promises of as many working days, unanswered when as many were left: of the agency on the topic, else of
# the agency, else of all agencies on the topic, else of all. Fewer than ``FEWEST`` of them say nothing.


#: The fewest promises like it from which a chance is told.
FEWEST: Final = 40
#: From so many percent on, a promise is listed.
LIKELY: Final = 50


@dataclass(frozen=True)
class MissChance:
    """A share in percent, and of how many promises like it."""

    percent: int
    basis: int


def miss_chance(
    promise: OpenPromise, records: Mapping[RecordKey, PromiseCounts], *, agency: int | None
) -> MissChance | None:
    """Return how likely ``promise`` will be missed, None where there are too few like it."""
    levels = ((agency, promise.topic), (agency, None), (None, promise.topic), (None, None))
    for level_agency, topic in levels:
        counts = records.get(RecordKey(level_agency, None, topic, promise.span))
        if counts is None:
            continue
        unanswered = sum(counts.kept[: promise.days_left + 1]) + counts.missed
        if unanswered >= FEWEST:
            return MissChance(round(100 * counts.missed / unanswered), unanswered)
    return None


def likely_missed(user: User, *, at: datetime) -> CaseQuerySet:
    """Return the cases at the desk of ``user`` whose promise will likely be missed, the likeliest first.

    For the unit those of all agencies. Forecasts are made at night; what was answered or paused since is left out.
    """
    running = foretold(Case.objects.at_desk_of(user, at=at))
    return running.for_listing().select_related("forecast").order_by("-forecast__miss_percent", "deadline_at", "pk")


def foretold(cases: CaseQuerySet) -> CaseQuerySet:
    """Return which of ``cases`` have a promise that will likely be missed; the promise still runs."""
    return cases.filter(state=State.IN_PROGRESS, forecast__isnull=False)


@dataclass(frozen=True)
class ForecastCounts:
    """How many promises ran last night, how many had too few like them for a forecast, and when that was."""

    open_promises: int
    unjudged: int
    counted_on: date | None


def forecast_counts(agencies: Collection[int] | None) -> ForecastCounts:
    """Return the counts of ``agencies``, or of all of them; one statement."""
    keys = numbered("agency", sorted(agencies or ()))
    rows = [] if agencies is not None and not agencies else _COUNTS.rows(agencies is None, **keys)
    promises, unjudged, days = zip(*rows, strict=True) if rows else ((), (), ())
    return ForecastCounts(sum(promises), sum(unjudged), min(days, default=None))


def _counts(is_all: bool, **agencies: int) -> QuerySet[TrackRecordCount, Any]:  # noqa: FBT001 - the shape of a read
    """Return the promises of each agency that ran, those without a forecast, and the day on which they were counted."""
    rows = TrackRecordCount.objects.filter(agency__isnull=False).order_by()
    rows = rows if is_all else rows.filter(agency__in=agencies.values())
    summed = rows.values("agency").annotate(Sum("open_promises"), Sum("unjudged"), Min("counted_on"))
    return summed.values_list("open_promises__sum", "unjudged__sum", "counted_on__min")


_COUNTS: Final = CompiledRead(_counts, is_prepared=True)


# ---- Counts the records of each agency once a day, and foretells from them which open promises will be missed. ----


TASK: Final = "complaints.refresh_track_record"
#: Seconds after which a run leaves the rest to the next one.
DRAIN_SECONDS: Final = 110
#: All agencies together among the rows of the task; they come first, since forecasts fall back to them.
ALL: Final = 0


def refresh(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Count the records of the agencies not counted today; return how many were. Safe to run twice and at once.

    Each agency is a transaction that replaces its rows, so that a run that is stopped goes on with the next agency.
    """
    today, ends = timezone.localdate(at, AMMAN), monotonic() + seconds
    run, count = RowRun(TASK, "agency", at=at), 0
    continued = successions.continuity(on=today)
    whole = {old: rows[0].final_id for old, rows in continued.rows.items() if all(each.is_whole for each in rows)}
    running: list[OpenPromise] | None = None
    for key in _not_counted(today):
        if running is None:
            running = open_promises(None, at=_midnight(at), calendar=current_calendar())
        if monotonic() > ends:
            break
        if str(key) not in run.waiting:
            with run.row(key):
                agencies = [key, *(old for old, new in whole.items() if new == key)]
                count += _refresh(key, agencies, running, today=today, at=at)
    return count


def _not_counted(today: date) -> Iterator[int]:
    """Yield all agencies together, then each that has cases or had some, without those counted today."""
    counted = {row.agency_id or ALL: row.counted_on for row in TrackRecordCount.objects.all()}
    with_cases = Agency.objects.filter(Exists(Case.objects.filter(agency=OuterRef("pk")))).order_by("pk")
    keys = dict.fromkeys((ALL, *with_cases.values_list("pk", flat=True), *counted))
    return (key for key in keys if counted.get(key) != today)


def _refresh(key: int, agencies: list[int], running: Sequence[OpenPromise], *, today: date, at: datetime) -> int:
    """Replace the rows of one agency; 0 if another run has done so, or is at it."""
    agency, scope = (None, None) if key == ALL else (key, agencies)
    TrackRecordCount.objects.bulk_create([TrackRecordCount(agency_id=agency)], ignore_conflicts=True)
    found = TrackRecordCount.objects.select_for_update(skip_locked=True).filter(agency=agency).first()
    if found is None or found.counted_on == today:
        return 0
    calendar = current_calendar()
    AnswerRecord.objects.filter(agency=agency).delete()
    AnswerRecord.objects.bulk_create(answer_rows(agency, count_answers(scope, at=at, calendar=calendar)))
    promises = count_promises(agency, scope, at=at, calendar=calendar)
    PromiseRecord.objects.filter(agency=agency).delete()
    PromiseRecord.objects.bulk_create(_promise_rows(promises), batch_size=1000)
    found.counted_on = today
    if agency is not None:
        _foretell(agency, found, [promise for promise in running if promise.agency in agencies], promises)
    found.save(update_fields=["counted_on", "open_promises", "unjudged"])
    return 1


def _promise_rows(promises: Mapping[RecordKey, PromiseCounts]) -> Iterable[PromiseRecord]:
    return (
        PromiseRecord(
            agency_id=key.agency,
            directorate_id=key.directorate,
            topic_id=key.topic,
            span=key.span,
            kept=counts.kept,
            missed=counts.missed,
        )
        for key, counts in promises.items()
    )


def _foretell(
    agency: int, count: TrackRecordCount, running: Sequence[OpenPromise], promises: Mapping[RecordKey, PromiseCounts]
) -> None:
    """Replace the forecasts of an agency, by its own promises and where they are too few by those of all."""
    records = {**kept_records(None), **promises}
    chances = [(promise, miss_chance(promise, records, agency=agency)) for promise in running]
    PromiseForecast.objects.filter(agency=agency).delete()
    PromiseForecast.objects.bulk_create(
        [
            PromiseForecast(case_id=promise.case, agency_id=agency, miss_percent=chance.percent, basis=chance.basis)
            for promise, chance in chances
            if chance is not None and chance.percent >= LIKELY
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["agency", "miss_percent", "basis"],
    )
    count.open_promises, count.unjudged = len(running), sum(chance is None for _promise, chance in chances)


def kept_records(agency: int | None) -> dict[RecordKey, PromiseCounts]:
    """Return the records of the promises of an agency, or of all agencies together; one statement."""
    return {
        RecordKey(agency, row.directorate_id, row.topic_id, row.span): PromiseCounts(row.kept, row.missed)
        for row in PromiseRecord.objects.filter(agency=agency)
    }


def _midnight(at: datetime) -> datetime:
    return timezone.localtime(at, AMMAN).replace(hour=0, minute=0, second=0, microsecond=0)


# ---- The directorate that is filled in when a case is accepted: that of the agency's newest case on the topic. ----


def last_directorate(agency: int | None, topic: int | None) -> int | None:
    """Return the key of the directorate that has the newest case of ``agency`` on ``topic``; one statement at most."""
    if agency is None or topic is None:
        return None
    cases = Case.objects.filter(agency=agency, topic=topic, directorate__isnull=False)
    return cases.order_by("-pk").values_list("directorate", flat=True).first()
