"""Of the cases received in a period, how many were pending at its end: what published reports call pending."""

from __future__ import annotations

from datetime import datetime

from django.db import connections

from kit import replica
from reports.periods import ReportPeriod

# A case whose last closing lies before the end was closed at it; only of the others is the history looked at.
PENDING = """
SELECT count(*) FROM complaints_case AS cases
CROSS JOIN LATERAL (
    SELECT event.to_state FROM complaints_caseevent AS event
    WHERE event.case_id = cases.id AND event.at < %(end)s
    ORDER BY event.number DESC LIMIT 1
) AS past
WHERE cases.filed_at >= %(start)s AND cases.filed_at < %(end)s
    AND (cases.closed_at IS NULL OR cases.closed_at >= %(end)s)
    AND past.to_state <> 'closed'
"""


def pending_of_received(period: ReportPeriod, *, at: datetime) -> int:
    """Return how many cases filed in ``period`` were open at its end, or at ``at`` if that is earlier."""
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(PENDING, {"start": period.starts_at, "end": min(period.ends_at, at)})
        (count,) = cursor.fetchone()
    return int(count)
