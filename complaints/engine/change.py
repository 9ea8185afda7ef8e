"""One change of a case while it is made, and the staff who may get messages about it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.models import Mandate, User, acting_as, acting_officers, cmu_staff, officers_of, supervisors_of
from accounts.roles import Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate, current_calendar
from complaints.engine import history
from complaints.models import Case, CaseEvent
from complaints.workflow import STATE_RULES, Action, Holder, State
from kit.prepared import bindable, preparing_cursor

type Fact = str | int | bool | None


class CaseStaff:
    """The staff of a case at one moment, without the recused people in ``exclude``; each list is fetched once.

    Cases with the same recused people may share it.
    """

    def __init__(self, at: datetime, *, exclude: Collection[UUID] = ()) -> None:
        self.on, self._exclude = timezone.localdate(at), exclude
        self._officers: dict[int, list[User]] = {}
        self._on_levels: dict[tuple[Role, int | None], list[User]] = {}

    def officers(self, agency: Agency) -> list[User]:
        """Return the active officers of ``agency``, or its supervisors where all officers are recused."""
        if agency.pk not in self._officers:
            officers = acting_officers(agency, self.on, exclude=self._exclude)
            self._officers[agency.pk] = officers or self._supervisors(agency)
        return self._officers[agency.pk]

    def _supervisors(self, agency: Agency) -> list[User]:
        # An agency without any officer cannot take any case: the unit has to find another way.
        is_about_all = bool(self._exclude) and officers_of(agency, self.on).exists()
        return list(supervisors_of(agency, self.on, exclude=self._exclude)) if is_about_all else []

    @cached_property
    def _cmu(self) -> list[User]:
        return list(cmu_staff(self.on, exclude=self._exclude))

    def cmu(self) -> list[User]:
        """Return the active staff of the CMU."""
        return self._cmu

    def on_level(self, role: Role, agency: Agency | None) -> list[User]:
        """Return who acts in ``role`` at ``agency``, or in the unit if that is None."""
        key = role, agency.pk if agency else None
        if key not in self._on_levels:
            self._on_levels[key] = list(acting_as({role}, self.on, agency=agency, exclude=self._exclude))
        return self._on_levels[key]

    def answerable(self, agency: Agency) -> list[User]:
        """Return who is responsible at the desk of ``agency``, or the unit where everybody there is recused."""
        return self.officers(agency) or (self.cmu() if self._exclude else [])


@dataclass(kw_only=True)
class Change:
    """What an action sets for its own change; ``transition`` does what every change needs.

    ``event_id`` is the key of the event that will record it: texts written with the change point to it.

    ``holder`` is who holds the case afterwards, where that does not follow from the state: a directorate or an outside
    centre, or the agency again once they are done. ``partners`` are the agencies whose task on the case is added or
    dropped. ``mandate`` is that by which ``by`` speaks for the citizen, locked. ``reopens`` is the moment of what is
    undone: the clock that ended then goes on. ``said`` is what the citizen says with the change, for the programs
    outside that work on the case. ``is_untold``: a promise to the citizen was cancelled with it, which had not left.
    """

    case: Case
    event_id: int
    action: Action
    by: User | None
    at: datetime
    origin: State
    target: State
    former_agency: Agency | None
    facts: dict[str, Fact] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    holder: Holder | None = None
    directorate: Directorate | None = None
    due: datetime | None = None
    speaks_of: date | None = None
    salt: bytes = b""
    said: str = ""
    partners: Sequence[Agency] = ()
    mandate: Mandate | None = None
    reopens: datetime | None = None
    is_untold: bool = False

    @cached_property
    def calendar(self) -> WorkingCalendar:
        """Return the working calendar, fetched at the first use."""
        return current_calendar()

    @cached_property
    def desk(self) -> CaseStaff:
        """Return the staff of the case, fetched at the first use."""
        return CaseStaff(self.at, exclude=self.case.recused)

    def fingerprint(self, *texts: str) -> str:
        """Return the fingerprint of ``texts`` for ``facts``; its salt is stored with the event."""
        self.salt = self.salt or history.new_salt()
        return history.fingerprint(self.salt, *texts)

    def set(self, **values: object) -> None:
        """Set fields of the case; they are saved with the change."""
        for name, value in values.items():
            setattr(self.case, name, value)
            self.fields.add(name)


# ---- The rows that a new case begins with: its event, the salt of its texts, its holding and its clock. ----


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
