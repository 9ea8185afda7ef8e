"""The gauges of a scrape: how database, broker and disk stand now, each read in bounded time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.monitoring import facts
from config.monitoring.bounded import BoundedQuery
from config.monitoring.metrics import PREFIX
from notifications import alarms, periodic
from notifications.models import AlarmKind, Channel, Lane, Message, MessageQuerySet, MessageState, PeriodicTask
from notifications.reconciliation import OPEN_STATES

STATEMENT_SECONDS: Final = 2.0
#: Prometheus gives up after ten seconds by default.
READ_SECONDS: Final = 5.0
#: What is settled is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=1)


class SystemCollector(Collector):
    """Reads the gauges; the number of statements does not depend on the number of rows."""

    def collect(self) -> Iterable[Metric]:
        """Yield the gauges; without the database only those that say so, the broker's and the disk's."""
        yield from _broker()
        yield from _storage()
        yield from _replica()
        found = database_gauges.answer()
        yield _gauge("database_up", "Whether the database answers.", found is not None)
        yield from found or ()

    def describe(self) -> Iterable[Metric]:
        """Say nothing, so that registering the collector asks nothing of the database."""
        return ()


# ---- without the database ----


def _broker() -> Iterator[Metric]:
    lengths = facts.queue_lengths.answer()
    yield _gauge("broker_up", "Whether the broker answers.", lengths is not None)
    if lengths is not None:
        yield _by_label("broker_queue_tasks", "Tasks that wait in a queue of the broker.", "queue", lengths)


def _replica() -> Iterator[Metric]:
    if not facts.has_replica():
        return
    lag = facts.replica_lag.answer()
    yield _gauge("database_replica_up", "Whether the replica answers.", lag is not None)
    if lag is not None:
        yield _gauge("database_replica_lag_seconds", "How far the replica is behind.", lag.total_seconds())


def _storage() -> Iterator[Metric]:
    if not facts.is_on_disk():
        return
    space = facts.disk_space.answer()
    yield _gauge("storage_up", "Whether the disk of the attachments answers.", space is not None)
    if space is not None:
        values = {"total": space.total, "free": space.free}
        yield _by_label("storage_bytes", "The disk of the attachments.", "kind", values)


# ---- from the database ----


def _read_database() -> list[Metric]:
    at = timezone.now()
    with facts.limited_statements(seconds=STATEMENT_SECONDS):
        return [family for read in DATABASE_GAUGES for family in read(at)]


#: Returns the gauges from the database; None while it does not answer.
database_gauges: Final = BoundedQuery(_read_database, seconds=READ_SECONDS)


def _messages(at: datetime) -> Iterator[Metric]:
    everything = Message.objects.without_decoys()
    text = "Messages that wait, are being sent or are not certain."
    yield _by_channel_and_state("messages_open", text, _counts(everything, OPEN_STATES))
    settled = [state for state in MessageState if state not in OPEN_STATES]
    text = "Messages made in the last 24 hours, by what became of them."
    lately = everything.filter(created_at__gt=at - LATELY)
    yield _by_channel_and_state("messages_day", text, _counts(lately, settled))
    oldest = Message.objects.filter(state=MessageState.UNKNOWN).aggregate(oldest=Min("unsure_since"))["oldest"]
    yield _gauge("message_unknown_age_seconds", "How long the oldest message has been not certain.", _age(oldest, at))


def _counts(messages: MessageQuerySet, states: Sequence[MessageState]) -> dict[tuple[str, str], float]:
    """Return a count for each channel and state, 0 where there is none: a series that comes and goes is no use."""
    counted = messages.filter(state__in=states).order_by().values_list("channel", "state").annotate(Count("pk"))
    zeros: dict[tuple[str, str], float] = {(channel, state): 0 for channel in Channel for state in states}
    return zeros | {(channel, state): count for channel, state, count in counted}


def _queues(at: datetime) -> Iterator[Metric]:
    depth, age = dict.fromkeys(map(str, Lane), 0.0), dict.fromkeys(map(str, Lane), 0.0)
    for waiting in facts.waiting_lanes(at):
        depth[waiting.lane] += waiting.count
        age[waiting.lane] = max(age[waiting.lane], _age(waiting.since, at))
    yield _by_label("queue_messages", "Messages that could leave now and have not.", "lane", depth)
    yield _by_label("queue_age_seconds", "How long the oldest message that could leave has waited.", "lane", age)


def _clocks(at: datetime) -> Iterator[Metric]:
    found = facts.clocks(at)
    yield _gauge("clocks_missed", "Clocks that run past their deadline.", found.missed)
    yield _gauge("clocks_overdue", "Clocks whose check is due and was not made.", found.overdue)
    age = _age(found.oldest_check_at, at)
    yield _gauge("clock_overdue_seconds", "How long the check of a clock has been due, of the longest.", age)
    if found.next_check_at is not None:
        ahead = (found.next_check_at - at).total_seconds()
        yield _gauge("clock_next_seconds", "How long until the next check of a clock is due.", ahead)


def _schedule(at: datetime) -> Iterator[Metric]:
    yield _gauge("schedule_up", "Whether any periodic task has started lately.", periodic.is_running())
    completed = PeriodicTask.objects.filter(name__in=periodic.runs_spans(), completed_at__isnull=False)
    ages = {name: _age(done_at, at) for name, done_at in completed.values_list("name", "completed_at")}
    yield _by_label("periodic_task_age_seconds", "How long ago a periodic task completed.", "task", ages)


def _alarms(_at: datetime) -> Iterator[Metric]:
    counted = alarms.open_alarms().order_by().values_list("kind").annotate(Count("pk"))
    values = dict.fromkeys(map(str, AlarmKind), 0.0) | dict(counted)
    yield _by_label("alarms_open", "Alarms that are not over.", "kind", values)


def _backups(at: datetime) -> Iterator[Metric]:
    text = "Whether the log of the database is archived; 1 also where LOG_ARCHIVE does not ask for it."
    yield _gauge("log_archive_up", text, periodic.is_log_archived())
    text = "Whether the newest backup is recent; 1 also where BACKUP_HOURS does not ask for it."
    yield _gauge("backup_up", text, periodic.is_backup_recent())
    if made_at := periodic.last_backup():
        yield _gauge("backup_age_seconds", "How old the newest backup is.", _age(made_at, at))


def _connections(_at: datetime) -> Iterator[Metric]:
    found = facts.connections()
    text = "Connections to our database, by what they are at."
    yield _by_label("database_connections", text, "state", found.by_state)
    yield _gauge("database_connections_most", "Connections that the server takes.", found.most)


def _age(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())


# ---- one metric ----


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value=value)


def _by_label(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _by_channel_and_state(name: str, text: str, values: Mapping[tuple[str, str], float]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", text, labels=["channel", "state"])
    for key, value in values.items():
        family.add_metric(key, value)
    return family


DATABASE_GAUGES: Final[tuple[Callable[[datetime], Iterator[Metric]], ...]] = (
    _messages,
    _queues,
    _clocks,
    _schedule,
    _alarms,
    _backups,
    _connections,
)
