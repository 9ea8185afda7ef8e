"""How long agencies had cases in hand in a period: working time at their desks, and with their directorates.

The sum of the holdings, which also tell the case page who had the case. Time with the citizen, the unit or a centre
outside is no agency's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.models import Agency, current_calendar
from complaints.case_text.time_held import AgencyTime, per_agency
from kit.arabic import fold
from reports.periods import ReportPeriod

_HOUR = timedelta(hours=1)


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


def time_in_hand(period: ReportPeriod, *, at: datetime) -> tuple[TimeRow, ...]:
    """Return the agencies that had a case in hand in ``period``, until ``at`` while it lasts, the longest time first.

    Three queries for any number of agencies and cases; names in the active language.
    """
    found = per_agency(period.starts_at, min(period.ends_at, at), calendar=current_calendar())
    agencies = Agency.objects.only("name_ar", "name_en").in_bulk(found)
    rows = [(found[key], agency.name) for key, agency in agencies.items()]
    rows.sort(key=lambda row: (-(row[0].desk + row[0].directorates), fold(row[1])))
    return tuple(_row(time, name) for time, name in rows)


def _row(time: AgencyTime, name: str) -> TimeRow:
    return TimeRow(name, time.cases, time.desk // _HOUR, time.directorates // _HOUR)
