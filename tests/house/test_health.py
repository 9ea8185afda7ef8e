"""What whatever watches the processes is told."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone

from notifications.models import PeriodicTask

DEAD_BROKER = "redis://127.0.0.1:1"
#: What the settings of the tests do not ask for.
KEPT = {"log_archive": True, "backup": True}


def beat_ran(moment: datetime) -> None:
    PeriodicTask.objects.create(name="notifications.sweep", sent_at=moment, started_at=moment)


def test_live_asks_nobody(client: Client, settings: object) -> None:
    settings.REDIS_URL = DEAD_BROKER
    answer = client.get("/health/live")  # without the database: this test may not use one
    assert (answer.status_code, answer.json()) == (200, {"live": True})


@pytest.mark.django_db
def test_ready_names_its_parts(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "status": "degraded", "database": True, "broker": True, "schedule": False} | KEPT,
    )
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_without_the_broker_it_is_degraded_and_still_ready(client: Client, settings: object) -> None:
    settings.REDIS_URL = DEAD_BROKER
    beat_ran(timezone.now())
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "status": "degraded", "database": True, "broker": False, "schedule": True} | KEPT,
    )


@pytest.mark.django_db
def test_a_dead_database_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "status": "down", "database": False, "broker": True, "schedule": False}
        | dict.fromkeys(KEPT, False),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "runs"), [(60, True), (90, False)])
def test_ready_says_whether_the_schedule_runs(client: Client, age: int, *, runs: bool) -> None:
    beat_ran(timezone.now() - timedelta(seconds=age))
    answer = client.get("/health/ready")
    found = answer.json()
    status = "ready" if runs else "degraded"
    assert (answer.status_code, found["schedule"], found["status"]) == (200, runs, status)


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_health_is_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
