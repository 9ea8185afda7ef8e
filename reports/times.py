"""How long agencies had cases in hand in a span: working time at their desks, and with their directorates.

Added up from the holdings, the rows by which a case page says who held it. The time of citizens, of the unit and of
centres outside belongs to no agency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from agencies.models import Agency, current_calendar
from complaints.case_text.time_held import AgencyTime, per_agency
from kit.arabic import fold
from reports.spans import Span

_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TimeRow:
    """One agency: the cases it had in hand in the span, and the whole working hours at its desk and with directorates.

    The hours of all its cases together: two cases in hand for an hour are two hours.
    """

    name: str
    cases: int
    desk: int
    directorates: int


#: The columns in the order they are shown.
COLUMNS = ("cases", "desk", "directorates")


def times_in(span: Span, *, at: datetime) -> tuple[TimeRow, ...]:
    """Return the agencies that had a case in hand in ``span``, until ``at`` while it lasts, the longest time first.

    Three statements whatever the number of agencies and cases; names in the active language.
    """
    found = per_agency(span.starts_at, min(span.ends_at, at), calendar=current_calendar())
    agencies = Agency.objects.only("name_ar", "name_en").in_bulk(found)
    rows = [(found[key], agency.name) for key, agency in agencies.items()]
    rows.sort(key=lambda row: (-(row[0].desk + row[0].directorates), fold(row[1])))
    return tuple(_row(time, name) for time, name in rows)


def _row(time: AgencyTime, name: str) -> TimeRow:
    return TimeRow(name, time.cases, time.desk // _HOUR, time.directorates // _HOUR)
