"""What Prometheus is told: by whom it may be asked, by which names, and at what cost."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accounts.models import Citizen
from config.devstack.state import ROOT
from config.monitoring import exposition, facts, task_metrics
from config.monitoring.metrics import OWN
from notifications import alarms
from notifications.models import AlarmKind, PeriodicTask
from tests.monitoring.conftest import Answers, MakeMessage

TOKEN = "a-token-of-the-settings"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def samples(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return each sample of an exposition by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scraped() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return samples(exposition.whole().decode())


class Scrape:
    """What one scrape is answered, which counts and reads everything."""

    def __init__(self) -> None:
        self.samples = scraped()

    def value(self, name: str, **labels: str) -> float | None:
        return self.samples.get((f"bekhedmatkom_{name}", tuple(sorted(labels.items()))))


# ---- who may ask ----


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        (TOKEN, BEARER, 200),
        (TOKEN, {}, 404),
        (TOKEN, {"Authorization": "Bearer another"}, 404),
        (TOKEN, {"Authorization": TOKEN}, 404),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}x"}, 404),
        ("", {"Authorization": "Bearer "}, 404),
        ("", {}, 404),
    ],
)
def test_only_who_brings_the_token_is_answered(
    client: Client, settings: Settings, token: str, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", headers=headers).status_code == status


@pytest.mark.django_db
def test_a_refusal_looks_like_a_page_that_does_not_exist(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics").content == client.get("/metricz").content.replace(b"/metricz", b"/metrics")


# ---- pages ----


def pages() -> dict[tuple[tuple[str, str], ...], float]:
    return {
        labels: number
        for (name, labels), number in samples(exposition.measurements().decode()).items()
        if name == "bekhedmatkom_page_seconds_count"
    }


@pytest.mark.django_db
def test_a_page_is_counted_by_the_name_of_its_address_and_never_by_the_address(client: Client) -> None:
    before = pages()
    client.get("/en/help/")
    client.post("/en/help/")
    client.get("/r/9902103456/")
    client.get("/en/no/such/page/9902103456/")
    client.get("/static/no/such/9902103456.css")
    client.generic("PROPFIND", "/en/help/")
    counted = {labels: number - before.get(labels, 0) for labels, number in pages().items()}
    told = {labels for labels, number in counted.items() if number}
    assert told == {
        (("method", "GET"), ("page", "help"), ("status", "2xx")),
        (("method", "POST"), ("page", "help"), ("status", "4xx")),
        (("method", "GET"), ("page", "short-link"), ("status", "4xx")),
        (("method", "GET"), ("page", "none"), ("status", "4xx")),
        (("method", "GET"), ("page", "static"), ("status", "4xx")),
        (("method", "other"), ("page", "none"), ("status", "4xx")),
    }
    assert "9902103456" not in exposition.measurements().decode()


# ---- tasks ----


class Task:
    name = "notifications.sweep"


def tasks(name: str, **labels: str) -> float:
    return OWN.get_sample_value(f"bekhedmatkom_{name}", {"task": Task.name, **labels}) or 0


@pytest.mark.parametrize(("state", "outcome"), [("SUCCESS", "success"), ("FAILURE", "failure"), (None, "unknown")])
def test_a_task_is_counted_by_its_name_and_outcome(state: str | None, outcome: str) -> None:
    before = tasks("task_seconds_count", outcome=outcome)
    task_metrics._begin(task_id="1", task=Task)
    task_metrics._end(task_id="1", task=Task, state=state)
    task_metrics._end(task_id="2", task=Task, state=state)  # began before this process measured
    assert tasks("task_seconds_count", outcome=outcome) == before + 1


def test_a_task_whose_process_was_killed_is_lost_and_one_that_raised_is_not() -> None:
    from billiard.exceptions import TimeLimitExceeded, WorkerLostError

    before = tasks("tasks_lost_total")
    for error in (WorkerLostError(), TimeLimitExceeded(120), ValueError()):
        task_metrics._lose(sender=Task, exception=error)
    assert tasks("tasks_lost_total") == before + 2


# ---- gauges ----


def test_messages_are_counted_by_state_and_aged(at: datetime, make_message: MakeMessage) -> None:
    make_message(1, created_at=at - timedelta(hours=1))
    make_message(2, lane="codes", created_at=at - timedelta(minutes=2))
    make_message(3, state="unknown", unsure_since=at - timedelta(hours=3))
    make_message(4, state="delivered", created_at=at - timedelta(hours=3))
    make_message(5, state="delivered", created_at=at - timedelta(days=3))
    found = Scrape()
    assert found.value("messages_open", channel="sms", state="pending") == 2
    assert found.value("messages_open", channel="email", state="pending") == 0
    assert found.value("messages_day", channel="sms", state="delivered") == 1
    assert found.value("queue_messages", lane="notices") == 1
    assert 3600 <= found.value("queue_age_seconds", lane="notices") < 3700
    assert 120 <= found.value("queue_age_seconds", lane="codes") < 220
    assert 3 * 3600 <= found.value("message_unknown_age_seconds") < 3 * 3600 + 100


def test_open_alarms_are_counted_by_kind(at: datetime) -> None:
    alarms.raise_alarm(AlarmKind.QUEUE_OLD)
    found = Scrape()
    assert (found.value("alarms_open", kind="queue_old"), found.value("alarms_open", kind="on_hold")) == (1, 0)


def test_the_schedule_says_whether_it_runs_and_how_old_each_run_is(at: datetime) -> None:
    assert Scrape().value("schedule_up") == 0
    PeriodicTask.objects.create(
        name="notifications.sweep", sent_at=at, started_at=at, completed_at=at - timedelta(minutes=5)
    )
    PeriodicTask.objects.create(name="no.longer.scheduled", sent_at=at, completed_at=at)
    found = Scrape()
    assert found.value("schedule_up") == 1
    assert 300 <= found.value("periodic_task_age_seconds", task="notifications.sweep") < 400
    assert found.value("periodic_task_age_seconds", task="no.longer.scheduled") is None


def test_broker_and_disk_stand_beside_the_database(at: datetime, broker: Answers, disk: Answers) -> None:
    found = Scrape()
    assert (found.value("broker_up"), found.value("broker_queue_tasks", queue="notices")) == (1, 2)
    assert (found.value("storage_bytes", kind="free"), found.value("database_up")) == (50 * 1024**3, 1)
    assert found.value("database_connections", state="active") >= 1
    broker.given = disk.given = None
    without = Scrape()
    assert (without.value("broker_up"), without.value("storage_up")) == (0, 0)
    assert without.value("broker_queue_tasks", queue="notices") is None


def test_without_a_database_the_scrape_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*, seconds: float) -> None:
        raise OperationalError

    monkeypatch.setattr(facts, "limited_statements", away)
    found = Scrape()
    assert (found.value("database_up"), found.value("broker_up")) == (0, 1)
    assert found.value("queue_messages", lane="codes") is None


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    at: datetime, make_message: MakeMessage
) -> None:
    counts = []
    for number in (1, 3):
        for each in range(number):
            make_message(10 * number + each)
            alarms.raise_alarm(AlarmKind.LISTS_DIFFER, f"{number} {each}")
        with CaptureQueriesContext(connection) as statements:
            scraped()
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_no_label_says_anything_about_a_person(at: datetime, make_message: MakeMessage, amina: Citizen) -> None:
    make_message(1, recipient=f"citizen:{amina.pk}", reference="2604821735")
    text = exposition.whole().decode()
    assert [said for said in (str(amina.pk), "2604821735", amina.number, "790001234") if said in text] == []
    labels = {label for _name, labels in samples(text) for label, _value in labels}
    assert labels <= {
        "page",
        "method",
        "status",
        "le",
        "task",
        "outcome",
        "lane",
        "queue",
        "kind",
        "reason",
        "state",
        "channel",
        "implementation",
        "major",
        "minor",
        "patchlevel",
        "version",
        "generation",
    }


# ---- many processes ----

COUNTING = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "config.offline"
from config.monitoring.metrics import TASKS_LOST
TASKS_LOST.labels(task="a").inc()
for _ in range(2):
    ready, done = os.pipe(), os.pipe()
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            TASKS_LOST.labels(task="a").inc()
            os.write(ready[1], b"x")
            os.close(done[1])
            os.read(done[0], 1)  # until all of them have counted
            os._exit(0)
        children.append(child)
    for _ in children:
        os.read(ready[0], 1)
    os.close(done[1])
    for child in children:
        os.waitpid(child, 0)
"""


def test_processes_count_together_and_leave_no_more_files_than_there_were_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    environment = {"PATH": os.environ["PATH"], "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-c", COUNTING], cwd=ROOT, env=environment, check=True)
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=str(folder))
    # Two rounds of three processes at once, beside the one they were forked from.
    assert shared.get_sample_value("bekhedmatkom_tasks_lost_total", {"task": "a"}) == 7
    assert len(list(folder.glob("counter_*.db"))) == 4
