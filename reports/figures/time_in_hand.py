"""How long agencies had cases in hand in a period: working time at their desks, and with their directorates.

The hours are those of the figures; how many cases there were is counted from the holdings. Time with the citizen, the
unit or a centre outside is no agency's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connections
from django.utils import timezone

from agencies import successions
from agencies.models import Agency
from agencies.successions import Continuity
from kit import replica
from kit.arabic import fold
from reports.figures.measures import Figures
from reports.figures.reading import read
from reports.figures.scopes import Dimension
from reports.periods import ReportPeriod


@dataclass(frozen=True)
class TimeRow:
    """One agency: the cases it had in hand, and the whole working hours at its desk and with its directorates.

    Hours of all its cases are added: two cases in hand for an hour are two hours.
    """

    name: str
    cases: int
    desk: int
    directorates: int


#: The columns in the order they are shown.
TIME_COLUMNS = ("cases", "desk", "directorates")

# A case that went from one agency to the one that does its work today is one case.
_CASES: Final = """
    SELECT coalesce(whole.final, held.agency_id), topic_id, governorate_id, count(DISTINCT held.case_id)
    FROM complaints_holding AS held
    LEFT JOIN unnest(%(old)s::bigint[], %(final)s::bigint[]) AS whole (old, final) ON whole.old = held.agency_id
    LEFT JOIN complaints_case AS parted ON parted.id = held.case_id AND held.agency_id = ANY(%(parted)s::bigint[])
    WHERE held.holder IN ('agency', 'directorate') AND held.started_at < %(end)s
        AND (held.ended_at IS NULL OR held.ended_at > %(start)s)
    GROUP BY 1, 2, 3
"""


def time_in_hand(period: ReportPeriod, *, at: datetime) -> tuple[TimeRow, ...]:
    """Return the agencies that had a case in hand in ``period``, until ``at`` while it lasts, the longest time first.

    A constant number of queries; names in the active language. The agency that does the work today has the time.
    """
    reading = read(period, by=(Dimension.AGENCY,), at=at)
    cases = _cases(period.starts_at, reading.as_of, successions.continuity(on=timezone.localdate(at)))
    agencies = Agency.objects.only("name_ar", "name_en").in_bulk(cases)
    rows = [_row(agency.name, cases[key], reading.rows.get((key,), Figures())) for key, agency in agencies.items()]
    return tuple(sorted(rows, key=lambda row: (-(row.desk + row.directorates), fold(row.name))))


def _row(name: str, cases: int, figures: Figures) -> TimeRow:
    return TimeRow(name, cases, int(figures.value("held_desk") or 0), int(figures.value("held_directorate") or 0))


def _cases(start: datetime, end: datetime, continued: Continuity) -> Mapping[int, int]:
    """Return how many cases each agency had in hand; one statement."""
    parted = continued.parted
    whole = {key: continued.agency(key, None, None) for key in continued.rows if key not in parted}
    found: Counter[int] = Counter()
    with connections[replica.database()].cursor() as cursor:
        given: dict[str, Any] = {
            "start": start,
            "end": end,
            "old": list(whole),
            "final": list(whole.values()),
            "parted": parted,
        }
        cursor.execute(_CASES, given)
        for agency, topic, governorate, number in cursor.fetchall():
            found[continued.agency(agency, topic, governorate) or agency] += number
    return found
