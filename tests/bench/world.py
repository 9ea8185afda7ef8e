"""Whom and what a made-up case meets: desks, citizens, topics, a calendar, and keys for its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from accounts.models import Citizen, User
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Topic


@dataclass(frozen=True)
class Desk:
    """An agency and the two people who act for it."""

    agency: Agency
    officer: User
    supervisor: User


@dataclass(frozen=True)
class World:
    """Everybody and everything a made-up case can meet; ``judge`` rules on objections and refers nothing."""

    desks: Sequence[Desk]
    citizens: Sequence[Citizen]
    topics: Sequence[Topic]
    cmu: User
    judge: User
    calendar: WorkingCalendar


@dataclass(frozen=True)
class Seed:
    """What a person writes, and where it goes first; no desk sends it to triage."""

    kind: str
    topic: Topic
    desk: Desk | None
    subject: str
    details: str
    place: str
    language: str
    channel: str


class Keys:
    """Primary keys taken from a table's own sequence, a block at a time."""

    BLOCK = 5000

    def __init__(self) -> None:
        self._blocks: dict[str, Iterator[int]] = {}

    def next(self, model: type[Model]) -> int:
        """Return the next key of ``model``."""
        table = model._meta.db_table
        return self.of(f"pg_get_serial_sequence('{table}', 'id')")

    def of(self, sequence: str) -> int:
        """Return the next number of ``sequence``, an SQL expression."""
        try:
            return next(self._blocks[sequence])
        except (KeyError, StopIteration):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, {self.BLOCK})")
                self._blocks[sequence] = iter([key for (key,) in cursor.fetchall()])
            return next(self._blocks[sequence])
