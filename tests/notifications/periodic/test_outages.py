"""Tasks meet what PostgreSQL really does to them: it ends idle transactions, cancels, keeps rows locked, restarts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
    transaction,
)
from django.utils import timezone

from config.celery import app
from config.recorded_task import RecordedTask
from kit.outages import DatabaseOutage
from notifications import alarms
from notifications.models import FailingRow, PeriodicTask
from notifications.periodic import NIGHTLY, RowRun

pytestmark = pytest.mark.django_db(transaction=True)
PERSONAL = "0790000000"


def ask(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def idle_too_long() -> None:
    with transaction.atomic():
        ask("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
        for _ in range(100):
            sleep(0.05)
            ask("SELECT 1")


def cancelled() -> None:
    with transaction.atomic():
        ask("SET LOCAL statement_timeout = '20ms'")
        ask("SELECT pg_sleep(30)")


def not_given_a_lock() -> None:
    with transaction.atomic():
        ask("SET LOCAL lock_timeout = '20ms'")
        ask(f"SELECT 1 FROM notifications_periodictask WHERE name = '{PERSONAL}' FOR UPDATE")


def restarted() -> None:
    with transaction.atomic():
        ask("SELECT pg_terminate_backend(pg_backend_pid())")


def refused() -> None:
    raise IntegrityError(PERSONAL)


OUTAGES = {idle_too_long: "away", cancelled: "slow", not_given_a_lock: "locked", restarted: "away"}


@pytest.fixture(autouse=True)
def locked_row() -> Iterator[None]:
    """A row that another connection keeps."""
    PeriodicTask.objects.create(name=PERSONAL, sent_at=timezone.now())
    other = connections.create_connection("default")
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM notifications_periodictask WHERE name = %s FOR UPDATE", [PERSONAL])
    yield
    other.rollback()
    other.close()


def test_a_row_that_meets_an_outage_is_left_for_later_and_stops_the_others_only_if_the_server_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = []
    for outage in OUTAGES:
        run, is_done = RowRun("task", outage.__name__, at=timezone.now()), False
        with run.row(1):
            outage()
        with run.row(2):
            is_done = True
        rows = list(FailingRow.objects.filter(row__startswith=outage.__name__).values_list("row", "failures"))
        # A locked or slow row is nobody's alarm until it was so three times.
        if (is_done, rows) != (True, [(f"{outage.__name__} 1", 1)]) or alarms.open_alarms().exists():
            wrong.append((outage.__name__, is_done, rows))
    assert wrong == []
    # Within a transaction of the task, and without a server, there is nobody to go on with.
    for outage in (idle_too_long, restarted):
        with pytest.raises(DatabaseError), transaction.atomic(), RowRun("task", "row", at=timezone.now()).row(1):
            outage()
    monkeypatch.setattr(type(connections["default"]), "is_usable", lambda _self: False)
    with pytest.raises(OperationalError), RowRun("task", "row", at=timezone.now()).row(1):
        restarted()
    assert FailingRow.objects.count() == len(OUTAGES)


def task(body: Callable[[], None], runs: list[str], **options: Any) -> Any:
    """Return a task of the name of ``body`` that counts its runs."""

    @app.task(name=f"tests.{body.__name__}", shared=False, base=RecordedTask, **options)
    def counted() -> None:
        runs.append(body.__name__)
        body()

    return counted


def test_a_task_calls_every_outage_an_outage_and_tries_the_nightly_ones_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong = []
    ways: tuple[tuple[dict[str, Any], int], ...] = (({}, 1), (dict(NIGHTLY), 6))
    for body, reason in (OUTAGES | {refused: ""}).items():
        for options, most in ways:
            runs: list[str] = []
            caplog.clear()
            counted = task(body, runs, **options)
            with caplog.at_level(logging.INFO):
                result = counted.apply()
            del app.tasks[counted.name]
            connection.close_if_unusable_or_obsolete()
            is_error = any(record.levelno >= logging.ERROR for record in caplog.records)
            expected = (most, False) if reason else (1, True)
            is_called = repr(result.result) == repr(DatabaseOutage(reason)) if reason else result.failed()
            if (len(runs), is_error) != expected or not is_called:
                wrong.append((body.__name__, options, runs, is_error, repr(result.result), result.state))
    assert wrong == []
