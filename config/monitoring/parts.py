"""The parts of the system as the status page shows them: how each stands, what that means for people, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from complaints.attachments.recognition import LEAST_ROOM
from config.monitoring import facts, registry_part
from config.monitoring.part_status import PartState, PartStatus, Text, working
from notifications import alarms, periodic, programs
from notifications.models import AlarmKind, Channel, Lane
from notifications.sending import claims, routes as spending
from notifications.sending.routes import RoutingTable
from notifications.sending.sweep import OLD

#: A code is typed in by somebody who waits for it.
OLD_CODE: Final = timedelta(minutes=1)
#: Sweeps run every minute; a few of them may be lost.
LATE_SWEEP: Final = timedelta(minutes=5)
#: From here on people miss what they were promised.
DEAD_SWEEP: Final = timedelta(hours=1)
#: The share of the disk from which on somebody should make room.
LITTLE_SPACE: Final = 0.10
#: The share of the connections that the server takes.
MANY_CONNECTIONS: Final = 0.8
STATEMENT_SECONDS: Final = 1.0
#: The alarms that other parts tell of.
TOLD_BY_OTHERS: Final = (
    AlarmKind.ROUTE_STOPPED,
    AlarmKind.CAP_REACHED,
    AlarmKind.ON_HOLD,
    AlarmKind.QUEUE_OLD,
    AlarmKind.STORAGE_FULL,
    AlarmKind.SCHEDULE_STOPPED,
    AlarmKind.TASK_LATE,
    AlarmKind.LOG_NOT_ARCHIVED,
    AlarmKind.BACKUP_OLD,
)


@dataclass(frozen=True)
class Part:
    """A part of the system, and how to find out how it stands at a moment."""

    name: Text
    check: Callable[[datetime], PartStatus]


def system_status(at: datetime) -> dict[Part, PartStatus]:
    """Return how each part stands, from stored facts and from checks that take a second at most."""
    with facts.limited_statements(seconds=STATEMENT_SECONDS):
        return {part: _status(part, at) for part in PARTS}


def _status(part: Part, at: datetime) -> PartStatus:
    """Return how one part stands; one that the database did not tell about in time is degraded."""
    try:
        with transaction.atomic():
            return part.check(at)
    except OperationalError:
        return PartStatus(
            PartState.DEGRADED,
            _("The state of this part could not be found out within a second. The database is busy."),
            _("Load this page again in a minute. If this stays, the database needs attention."),
            "database",
        )


def _channel(channel: Channel) -> Callable[[datetime], PartStatus]:
    return lambda at: _stopped(channel) or _slow(channel, at) or working(_("Messages are sent at once."))


def _stopped(channel: Channel) -> PartStatus | None:
    """Return what stops the sending by a channel, the worst first; None if nothing does."""
    if held := claims.current():
        return PartStatus(
            PartState.DOWN,
            _("Nothing is sent. The database is a copy, or was restored."),
            _("Make sure that this is the live database, then resume sending on the page of messages."),
            AlarmKind.ON_HOLD,
            held.began_at,
        )
    routes = RoutingTable.load().by_channel[channel]
    stopped = [route.carrier.name for route in routes if not route.is_open]
    if not stopped and routes:
        return _cap_reached() if channel in spending.spent_channels() else None
    is_down = len(stopped) == len(routes)
    return PartStatus(
        PartState.DOWN if is_down else PartState.DEGRADED,
        _("No carrier takes our messages. They wait.")
        if is_down
        else _("One carrier refuses our account. The others send its messages, and some arrive late."),
        _("Check the account, its password and its balance with the carrier."),
        AlarmKind.ROUTE_STOPPED,
        _stopped_since(channel, stopped),
    )


def _stopped_since(channel: Channel, carriers: Sequence[str]) -> datetime | None:
    abouts = [f"{channel} {carrier}" for carrier in carriers]
    raised = alarms.open_alarms().filter(kind=AlarmKind.ROUTE_STOPPED, about__in=abouts)
    return raised.values_list("raised_at", flat=True).first()


def _cap_reached() -> PartStatus:
    return PartStatus(
        PartState.DEGRADED,
        _("The daily cap is used up. Codes and urgent messages are sent, all others wait until midnight."),
        _("Find out why so much was sent before you raise the cap."),
        AlarmKind.CAP_REACHED,
        _raised(AlarmKind.CAP_REACHED),
    )


def _slow(channel: Channel, at: datetime) -> PartStatus | None:
    late = {
        waiting.lane: waiting.since
        for waiting in facts.waiting_lanes(at)
        if waiting.channel == channel and at - waiting.since > (OLD_CODE if waiting.lane == Lane.CODES else OLD)
    }
    if not late:
        return None
    return PartStatus(
        PartState.DEGRADED,
        _("Codes arrive late. People wait when they register or sign in again.")
        if Lane.CODES in late
        else _("Messages arrive late. None is lost."),
        _("Check whether the senders are running, and whether the carrier answers."),
        AlarmKind.QUEUE_OLD,
        min(late.values()),
    )


def _alarms(_at: datetime) -> PartStatus:
    """Return the alarms that no other part tells of."""
    others = alarms.open_alarms().exclude(kind__in=TOLD_BY_OTHERS)
    oldest = others.first()
    if oldest is None:
        return working(_("No alarm is waiting for a person."))
    return PartStatus(
        PartState.DEGRADED,
        f"{capfirst(oldest.get_kind_display())}.",
        _("Open the page of messages, which says what to do about each alarm."),
        oldest.kind,
        oldest.raised_at,
    )


# ---- outside centres ----


def _outside_centres(at: datetime) -> PartStatus:
    return _silent_programs(at) or _overdue_handovers(at)


def _silent_programs(at: datetime) -> PartStatus | None:
    """Return what waits for programs that do not answer; None if all of them do."""
    silent = [one for one in programs.program_status(*facts.called_programs(), at=at) if one.is_down]
    if not silent:
        return None
    waiting = sum(one.waiting for one in silent)
    return PartStatus(
        PartState.DEGRADED,
        ngettext_lazy(
            "A program outside does not answer. %(count)s call waits and is sent automatically.",
            "A program outside does not answer. %(count)s calls wait and are sent automatically.",
            waiting,
        )
        % {"count": waiting},
        _("Call the people who run the program. The page of programs outside says which one it is."),
        "programs",
        min((one.down_since for one in silent if one.down_since), default=None),
    )


def _overdue_handovers(at: datetime) -> PartStatus:
    count, oldest = facts.overdue_handovers(at)
    if not count:
        return working(_("No case is overdue at an outside centre, and every program outside answers."))
    return PartStatus(
        PartState.DEGRADED,
        ngettext_lazy(
            "%(count)s case is overdue at an outside centre. Its citizen waits.",
            "%(count)s cases are overdue at outside centres. Their citizens wait.",
            count,
        )
        % {"count": count},
        _("Ask the agency to call the centre and to record its answer."),
        "outside-centres",
        oldest,
    )


# ---- what runs behind the pages ----


def _broker(_at: datetime) -> PartStatus:
    if facts.queue_lengths.answer() is not None:
        return working(_("Workers are told at once when there is something to do."))
    return PartStatus(
        PartState.DEGRADED,
        _("The broker does not answer. Pages work, nothing is lost, but messages and reminders wait."),
        _("Start Redis again, and check that the workers reach it."),
        "broker",
    )


def _clocks(at: datetime) -> PartStatus:
    return _schedule() or _late_checks(at)


def _schedule() -> PartStatus | None:
    """Return what the rows of the periodic tasks say: that none starts, or that one is late; None if all is well."""
    last = periodic.last_start()
    if last is not None and not periodic.is_running():
        return PartStatus(
            PartState.DOWN,
            _("No scheduled task starts. Reminders, escalation and delayed messages wait. Nothing is lost."),
            _("Check whether beat and the worker of scheduled tasks (chores) are running."),
            AlarmKind.SCHEDULE_STOPPED,
            last,
        )
    late = alarms.open_alarms().filter(kind=AlarmKind.TASK_LATE)
    if (oldest := late.first()) is None:
        return None
    return PartStatus(
        PartState.DEGRADED,
        _("A scheduled task has not completed for too long. The others run."),
        _("Read the log of the worker of scheduled tasks (chores)."),
        AlarmKind.TASK_LATE,
        oldest.raised_at,
    )


def _late_checks(at: datetime) -> PartStatus:
    oldest = facts.oldest_overdue_check(at)
    if oldest is None or at - oldest <= LATE_SWEEP:
        return working(_("Reminders and reports of missed deadlines are sent on time."))
    return PartStatus(
        PartState.DOWN if at - oldest > DEAD_SWEEP else PartState.DEGRADED,
        _("Reminders and reports of missed deadlines are late. Deadlines themselves do not move."),
        _("Check whether beat and the worker of scheduled tasks (chores) are running."),
        "clocks",
        oldest,
    )


# ---- what the machine has ----


def _storage(_at: datetime) -> PartStatus:
    if not facts.is_on_disk():
        return working(_("Attachments are kept in a bucket, not on a disk."))
    space = facts.disk_space.answer()
    has_room = space is not None and space.free >= LEAST_ROOM
    if space and has_room and space.free > LITTLE_SPACE * space.total:
        return working(_("There is room for attachments."))
    if has_room:
        effect = _("Files can still be added, but the disk is nearly full.")
        return PartStatus(PartState.DEGRADED, effect, _("Make room on the disk of the attachments."), "storage")
    return PartStatus(
        PartState.DOWN,
        _("The disk of the attachments is full or does not answer. Complaints with files are refused."),
        _("Make room on the disk of the attachments, or connect it again."),
        AlarmKind.STORAGE_FULL,
        _raised(AlarmKind.STORAGE_FULL),
    )


def _scanner(_at: datetime) -> PartStatus:
    if not settings.CLAMD_URL:
        return working(_("There is none. Files are accepted without a scan for viruses."))
    if facts.scanner.answer():
        return working(_("Every file is scanned before it is accepted."))
    return PartStatus(
        PartState.DOWN,
        _("The virus scanner does not answer. Files are refused, and everything else works."),
        _("Start clamd again, and check that the web process reaches it."),
        "scanner",
    )


def _replica(_at: datetime) -> PartStatus:
    if not facts.has_replica():
        return working(_("There is none. Everything is read from the database itself."))
    lag = facts.replica_lag.answer()
    if lag is not None and lag <= timedelta(seconds=settings.REPLICA_MAX_LAG):
        return working(_("Reports and searches are read from the copy."))
    return PartStatus(
        PartState.DEGRADED,
        _("The copy of the database is away or too far behind. Everything is read from the database itself."),
        _("Check whether the replica is running and reaches the primary."),
        "replica",
    )


def _database(_at: datetime) -> PartStatus:
    connections = facts.connections()
    if connections.used < MANY_CONNECTIONS * connections.most:
        return working(_("Pages are served, and changes are saved."))
    return PartStatus(
        PartState.DEGRADED,
        _("Nearly all connections to the database are in use. Pages may be slow or refused."),
        _("Find out what holds the connections, and whether a proxy for them is missing."),
        "database",
    )


def _backups(_at: datetime) -> PartStatus:
    if not periodic.is_log_archived():
        return PartStatus(
            PartState.DEGRADED,
            _("The log of the database is not archived. If its disk were lost now, the newest changes would be too."),
            _("Read the log of PostgreSQL, and see whether the folder of the archive has room."),
            AlarmKind.LOG_NOT_ARCHIVED,
            _raised(AlarmKind.LOG_NOT_ARCHIVED),
        )
    if not periodic.is_backup_recent():
        return PartStatus(
            PartState.DEGRADED,
            _("The newest backup is too old, or there is none yet."),
            _("Run the backup by hand, and find out why it did not run at night."),
            AlarmKind.BACKUP_OLD,
            periodic.last_backup(),
        )
    if settings.LOG_ARCHIVE or settings.BACKUP_HOURS:
        return working(_("What would bring the database back after a loss is written as it should be."))
    return working(_("Nothing is expected by the settings."))


def _raised(kind: AlarmKind) -> datetime | None:
    return alarms.open_alarms().filter(kind=kind).values_list("raised_at", flat=True).first()


DATABASE: Final = Part(_("Database"), _database)
BACKUPS: Final = Part(_("Backup and archive of the log"), _backups)
REPLICA: Final = Part(_("Copy of the database for reports"), _replica)
STORAGE: Final = Part(_("Disk for attachments"), _storage)
SCANNER: Final = Part(_("Virus scanner"), _scanner)
BROKER: Final = Part(_("Broker"), _broker)
CLOCKS: Final = Part(_("Deadlines and scheduled tasks"), _clocks)
SMS: Final = Part(_("SMS messages"), _channel(Channel.SMS))
EMAIL: Final = Part(_("E-mail"), _channel(Channel.EMAIL))
REGISTRY: Final = Part(_("Civil registry"), registry_part.registry)
OUTSIDE_CENTRES: Final = Part(_("Outside centres"), _outside_centres)
ALARMS: Final = Part(_("Alarms"), _alarms)
PARTS: Final = (
    DATABASE,
    REPLICA,
    BACKUPS,
    STORAGE,
    SCANNER,
    BROKER,
    CLOCKS,
    SMS,
    EMAIL,
    ALARMS,
    REGISTRY,
    OUTSIDE_CENTRES,
)
