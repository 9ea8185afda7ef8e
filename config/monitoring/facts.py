"""The facts that status pages and metrics are made of, each read in one bounded step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast

# Loaded with this module, since loading it may take the whole second that the first check has.
import kombu.transport.redis  # noqa: F401
from celery import current_app
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, connections as databases, transaction
from django.db.models import Case, Count, F, Min, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Now

from accounts.models import Citizen, RegistryBreaker
from complaints.models import Clock, Handover
from complaints.workflow import ClockKind
from config.monitoring.bounded import Bounded, BoundedQuery
from kit import clamd, replica
from notifications.models import Channel, Endpoint, Message
from notifications.runtime import BROKER_LIMITS
from notifications.sending import claims

#: The queues of the broker, by what their workers do.
QUEUES: Final = ("codes", "notices", "chores")

CONNECTIONS: Final = """
    SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
"""
MOST_CONNECTIONS: Final = "SELECT current_setting('max_connections')::int"


@contextmanager
def limited_statements(*, seconds: float) -> Iterator[None]:
    """Let no statement of the block take longer than ``seconds``: one that does raises OperationalError."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds * 1000:.0f}"])
        yield


# ---- broker ----


def _queue_lengths() -> dict[str, int]:
    with current_app.connection_for_read() as broker:
        broker.transport_options = {**(broker.transport_options or {}), **BROKER_LIMITS}
        client = cast("Any", broker.default_channel).client
        return {queue: int(client.llen(queue)) for queue in QUEUES}


#: Returns how many tasks wait in each queue; None while the broker does not answer.
queue_lengths: Final = Bounded(_queue_lengths)


# ---- disk ----


@dataclass(frozen=True)
class DiskSpace:
    """The file system of the attachments, in bytes."""

    total: int
    free: int


def is_on_disk() -> bool:
    """Tell whether attachments are files on a disk, and not in a bucket."""
    return isinstance(default_storage, FileSystemStorage)


def _disk_space() -> DiskSpace:
    root = Path(settings.MEDIA_ROOT)
    # The folder is made with the first attachment.
    usage = shutil.disk_usage(next(folder for folder in (root, *root.parents) if folder.exists()))
    return DiskSpace(total=usage.total, free=usage.free)


#: Returns the space for attachments; None while the disk does not answer.
disk_space: Final = Bounded(_disk_space)


#: Tells whether the virus scanner is there; None while it does not answer.
scanner: Final = Bounded(lambda: clamd.answers(settings.CLAMD_URL))


# ---- messages ----


@dataclass(frozen=True)
class LaneWaiting:
    """What could leave now and has not: how many messages of a channel and lane, and since when the oldest could."""

    channel: str
    lane: str
    count: int
    since: datetime


def waiting_lanes(at: datetime) -> list[LaneWaiting]:
    """Return the channels and lanes in which a message that could leave waits; one statement."""
    could_leave = Message.objects.due().filter(claims.wakes_nobody(Now()))
    rows = could_leave.values("channel", "lane").annotate(count=Count("pk"), since=Min(_could_leave_at(at)))
    return [LaneWaiting(**row) for row in rows.order_by("channel", "lane")]


def _could_leave_at(at: datetime) -> Combinable:
    """Return the expression of when a message could leave: made, no longer put off, and nobody asleep."""
    morning = claims.last_end(at)
    moments = [F("created_at"), Coalesce("not_before", "created_at")]
    if morning is not None:
        moments.append(Case(When(daytime=True, channel=Channel.SMS, then=Value(morning)), default=F("created_at")))
    return Greatest(*moments)


# ---- clocks ----


def running_clocks() -> QuerySet[Clock]:
    """Return the clocks that the sweep checks: those that run, without the windows for objections."""
    return Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True).exclude(kind=ClockKind.MAY_OBJECT)


@dataclass(frozen=True)
class ClockFacts:
    """How many clocks run past their deadline, how many checks are due, since when, and when the next one is."""

    missed: int
    overdue: int
    oldest_check_at: datetime | None
    next_check_at: datetime | None


def clocks(at: datetime) -> ClockFacts:
    """Return how the clocks stand at ``at``; three statements."""
    overdue = running_clocks().filter(next_check_at__lt=at).aggregate(count=Count("pk"), oldest=Min("next_check_at"))
    ahead = running_clocks().filter(next_check_at__gte=at).aggregate(next=Min("next_check_at"))
    missed = running_clocks().filter(due_at__lt=at).count()
    return ClockFacts(missed, overdue["count"], overdue["oldest"], ahead["next"])


def oldest_overdue_check(at: datetime) -> datetime | None:
    """Return since when the check of a clock has been due; None if none is due at ``at``. One statement."""
    overdue = running_clocks().filter(next_check_at__lt=at).aggregate(oldest=Min("next_check_at"))
    oldest: datetime | None = overdue["oldest"]
    return oldest


# ---- outside centres ----


def called_programs() -> QuerySet[Endpoint]:
    """Return the programs outside that are in use."""
    return Endpoint.objects.filter(is_active=True).order_by("name")


def overdue_handovers(at: datetime) -> tuple[int, datetime | None]:
    """Return how many cases are past their deadline at an outside centre, and the oldest deadline; one statement."""
    overdue = Handover.objects.filter(ended_at__isnull=True, case__deadline_at__lt=at)
    row = overdue.aggregate(count=Count("pk"), oldest=Min("case__deadline_at"))
    return row["count"], row["oldest"]


# ---- database ----


@dataclass(frozen=True)
class Connections:
    """The connections to our database by what they are at, and how many the server takes for all databases."""

    by_state: Mapping[str, int]
    most: int

    @property
    def used(self) -> int:
        """Return how many there are."""
        return sum(self.by_state.values())


def connections() -> Connections:
    """Return the connections to this database; two statements."""
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        by_state = {str(state): int(count) for state, count in cursor.fetchall()}
        cursor.execute(MOST_CONNECTIONS)
        return Connections(by_state, int(cursor.fetchone()[0]))


# ---- replica ----


def has_replica() -> bool:
    """Tell whether there is a replica for figures."""
    return replica.ALIAS in databases.settings


#: Returns how far the replica is behind; None while it is away or rests after a failure.
replica_lag: Final = BoundedQuery(replica.replica_lag)


def people_waiting_for_registry() -> int:
    """Return how many people the registry is still to be asked about."""
    return Citizen.objects.filter(recheck_at__isnull=False).count()


def failing_registry() -> RegistryBreaker | None:
    """Return how often, why and until when a registry that failed last is left alone; None where none did."""
    return RegistryBreaker.objects.filter(failures__gt=0).order_by("-changed_at", "pk").first()
