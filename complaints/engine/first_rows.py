"""The rows that a new case begins with beside its event: the salt of its texts, its holding and its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection

from complaints.engine.change import Change
from complaints.workflow import STATE_RULES, Holder

# One statement for three tables: every case begins so, and each statement costs a round trip and its compiling.
_INSERT: Final = """
WITH salt AS (
    INSERT INTO complaints_textsalt (event_id, salt) VALUES (%(event)s, %(salt)s)
), holding AS (
    INSERT INTO complaints_holding (case_id, holder, agency_id, started_at)
    VALUES (%(case)s, %(holder)s, %(agency)s, %(at)s)
)
INSERT INTO complaints_clock (case_id, kind, started_at, limit_days, first_due_at, due_at, pauses, ending)
VALUES (%(case)s, %(kind)s, %(at)s, %(days)s, %(due)s, %(due)s, '{}', '')
"""


def insert(change: Change, holder: Holder, *, due: datetime, days: int | None) -> None:
    """Write what a new case begins with, in the transaction of its event; ``change`` has its fingerprint already."""
    case, at_agency = change.case, holder == Holder.AGENCY
    values: dict[str, Any] = {
        "event": change.event_id,
        "salt": change.salt,
        "case": case.pk,
        "holder": holder.value,
        "agency": case.agency_id if at_agency else None,
        "at": change.at,
        "kind": STATE_RULES[change.target].clock,
        "days": days,
        "due": due,
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
