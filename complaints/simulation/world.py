"""What a simulated case meets: agencies with their staff, citizens, topics, a calendar, and keys for its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate, Governorate, RoutingRule, Topic
from complaints.models import Channel
from complaints.simulation.texts import CaseText
from kit.dates import day_digits

BY_PHONE = "يقول المتصل: «{details}»"


@dataclass(frozen=True)
class Desk:
    """An agency, the officer and the supervisor who act for it, its directorates by the end of their codes.

    ``levels`` are the escalation levels that somebody holds. ``pace`` is how long its people take, and ``care`` how
    often their answers help, both as a multiple of the usual.
    """

    agency: Agency
    officer: User
    supervisor: User
    directorates: Mapping[str, Directorate] = field(default_factory=dict)
    levels: frozenset[Role] = frozenset({Role.SUPERVISOR})
    pace: float = 1.0
    care: float = 1.0


@dataclass(frozen=True)
class World:
    """Everybody and everything a simulated case can meet; ``judge`` rules on objections and refers nothing.

    ``places`` are pairs of a governorate and a town in it. ``rules`` say which agency is responsible there.
    """

    desks: Sequence[Desk]
    citizens: Sequence[Citizen]
    topics: Sequence[Topic]
    cmu: User
    judge: User
    calendar: WorkingCalendar
    places: Sequence[tuple[Governorate, str]] = ()
    rules: Sequence[RoutingRule] = ()

    def desk(self, agency: Agency | None) -> Desk | None:
        """Return the desk of ``agency``, or None when it has none here."""
        return self._by_agency.get(agency.pk) if agency else None

    @cached_property
    def _by_agency(self) -> dict[int, Desk]:
        return {desk.agency.pk: desk for desk in self.desks}


@dataclass(frozen=True)
class Seed:
    """What a person files, where it goes first, and whose it is.

    Without a desk it waits in triage; without an owner, any other agency may be the next one. ``gaps`` are the words
    for the gaps of the text but ``{date}``. ``mistaken`` is the topic it was filed under, if that was not the right
    one.
    """

    text: CaseText
    gaps: Mapping[str, str]
    topic: Topic
    desk: Desk | None
    owner: Desk | None
    governorate: Governorate | None
    place: str
    channel: str
    hides_identity: bool = False
    mistaken: Topic | None = None

    def write(self, column: str, at: datetime) -> str:
        """Return what somebody writes on the day of ``at``."""
        text: str = getattr(self.text, column)
        return text.format_map({**self.gaps, "date": day_digits(timezone.localdate(at))})

    def details(self, at: datetime) -> str:
        """Return what the person writes, or what the contact centre wrote down."""
        details = self.write("details", at)
        return BY_PHONE.format(details=details) if self.channel == Channel.PHONE else details


class Keys:
    """Primary keys taken from a table's own sequence, a block at a time; each block is larger than the one before."""

    FIRST, LARGEST = 40, 5000

    def __init__(self) -> None:
        self._blocks: dict[str, Iterator[int]] = {}
        self._sizes: dict[str, int] = {}

    def next(self, model: type[Model]) -> int:
        """Return the next key of ``model``."""
        table = model._meta.db_table
        return self.of(f"pg_get_serial_sequence('{table}', 'id')")

    def of(self, sequence: str) -> int:
        """Return the next number of ``sequence``, an SQL expression."""
        try:
            return next(self._blocks[sequence])
        except (KeyError, StopIteration):
            size = self._sizes[sequence] = min(self.LARGEST, 2 * self._sizes.get(sequence, self.FIRST // 2))
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT nextval({sequence}) FROM generate_series(1, {size})")
                self._blocks[sequence] = iter([key for (key,) in cursor.fetchall()])
            return next(self._blocks[sequence])
