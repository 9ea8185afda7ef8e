"""The rows that a new case begins with: its event, the salt of its texts, its holding and its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from complaints.engine.change import Change
from complaints.models import CaseEvent
from complaints.workflow import STATE_RULES, Holder
from kit.prepared import bindable, preparing_cursor

# One statement for four tables: every case begins so, and each statement costs a round trip and its compiling.
_INSERT: Final = """
WITH event AS (
    INSERT INTO complaints_caseevent
        (id, case_id, number, action, from_state, to_state, at, actor_id, on_behalf_of_id, agency_id, facts, chain,
            key_id)
    VALUES (%(event)s, %(case)s, %(number)s, %(action)s, '', %(state)s, %(at)s, %(actor)s, %(absent)s,
        %(concerned)s, %(facts)s, %(chain)s, %(key_id)s)
), salt AS (
    INSERT INTO complaints_textsalt (event_id, salt) VALUES (%(event)s, %(salt)s)
), holding AS (
    INSERT INTO complaints_holding (case_id, holder, agency_id, started_at)
    VALUES (%(case)s, %(holder)s, %(agency)s, %(at)s)
)
INSERT INTO complaints_clock (case_id, kind, started_at, limit_days, first_due_at, due_at, pauses, ending)
VALUES (%(case)s, %(kind)s, %(at)s, %(days)s, %(due)s, %(due)s, '{}', '')
"""


def insert(change: Change, event: CaseEvent, holder: Holder, *, due: datetime, days: int | None) -> None:
    """Write what a new case begins with; ``event`` is signed, and ``change`` has its fingerprint already."""
    case, at_agency = change.case, holder == Holder.AGENCY
    values: dict[str, Any] = {
        "event": event.pk,
        "number": event.number,
        "action": str(event.action),
        "state": str(event.to_state),
        "actor": event.actor_id,
        "absent": event.on_behalf_of_id,
        "concerned": event.agency_id,
        "facts": Jsonb(event.facts),
        "chain": event.chain,
        "key_id": event.key_id,
        "salt": change.salt,
        "case": case.pk,
        "holder": holder.value,
        "agency": case.agency_id if at_agency else None,
        "at": change.at,
        "kind": STATE_RULES[change.target].clock,
        "days": days,
        "due": due,
    }
    with preparing_cursor(connection) as cursor:
        cursor.execute(_INSERT, {name: bindable(value) for name, value in values.items()})
