"""What leaves for Sentry and for a collector of traces: kinds and places, and nothing that anybody typed."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import celery
import pytest
import sentry_sdk
from django.core.exceptions import ImproperlyConfigured, SuspiciousFileOperation, SuspiciousOperation
from django.db import DataError, connection
from django.test import Client
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_django import Settings
from sentry_sdk.envelope import Envelope
from sentry_sdk.transport import Transport

from accounts.models import Citizen, User
from config.monitoring import error_reports, tracing
from tests.cast import sign_in

SECRET = "9902103456"
DSN = "https://key@sentry.example/1"


class Kept(Transport):
    """Keeps what would have left."""

    events: list[Any] = []

    def capture_envelope(self, envelope: Envelope) -> None:
        self.events += [item.payload.json for item in envelope.items]


@pytest.fixture
def reports(settings: Settings) -> Iterator[list[Any]]:
    """Report to a transport of this test, and return what it was given."""
    settings.SENTRY_DSN = DSN
    Kept.events = []
    error_reports.start(transport=Kept)
    yield Kept.events
    sentry_sdk.get_client().close()
    sentry_sdk.get_global_scope().set_client(None)


# ---- errors ----


def fail(number: str) -> None:
    text = f"invalid number {number}"
    raise ValueError(text)


def test_an_error_leaves_with_its_kind_and_place_and_without_its_values(reports: list[Any]) -> None:
    try:
        fail(SECRET)
    except ValueError:
        logging.getLogger("house").exception("a page failed", extra={"number": SECRET})
    (event,) = reports
    (error,) = event["exception"]["values"]
    assert (error["type"], "value" in error) == ("ValueError", False)
    assert [frame["function"] for frame in error["stacktrace"]["frames"]][-1] == "fail"
    assert (event["logentry"], event["environment"]) == ({"message": "a page failed"}, "production")
    assert SECRET not in json.dumps(reports)


@pytest.mark.django_db
def test_nothing_of_a_request_leaves(reports: list[Any], omar: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_with_values(*_: object, **__: object) -> None:
        text = f"duplicate key\nDETAIL: Key (number)=({SECRET}) already exists."
        raise DataError(text)

    monkeypatch.setattr("complaints.desk.queue.frame", fail_with_values)
    client = sign_in(Client(raise_request_exception=False), omar)
    assert client.get(f"/ar/staff/queue/?q={SECRET}", headers={"Cookie2": SECRET}).status_code == 500
    assert [event["exception"]["values"][-1]["type"] for event in reports] == ["DataError"]
    assert {"request", "user", "extra", "breadcrumbs"} & set(reports[0]) == set()
    written = json.dumps(reports)
    assert [said for said in (SECRET, omar.email, str(omar.pk), "/ar/staff") if said in written] == []


def errors() -> Iterator[Exception]:
    """Yield errors that say the secret: suspicious requests, values, keys, with a cause, with a note and in a group."""
    yield SuspiciousOperation(f"what came was {SECRET}")
    yield SuspiciousFileOperation(SECRET)
    yield KeyError(SECRET)
    caused = ValueError(SECRET)
    caused.__cause__ = DataError(SECRET)
    caused.add_note(SECRET)
    yield caused
    yield ExceptionGroup(SECRET, [ValueError(SECRET)])


@pytest.mark.django_db
def test_no_kind_of_error_lets_anything_leave(
    reports: list[Any], omar: User, amina: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    referer = f"https://x.example/{SECRET}"
    clients = {
        who: sign_in(Client(raise_request_exception=False, headers={"Referer": referer}), who) for who in (amina, omar)
    }
    for error in errors():
        for place in ("config.help_search.split", "complaints.desk.queue.frame"):
            monkeypatch.setattr(place, Mock(side_effect=error))
        reports.clear()
        assert clients[amina].get(f"/ar/help/?q={SECRET}").status_code in {400, 500}
        assert clients[omar].post(f"/ar/staff/queue/?q={SECRET}", {"q": SECRET}).status_code in {400, 500}
        assert len(reports) == 2
        assert {name for event in reports for name in event} <= {*error_reports.KEPT, "logentry", "exception"}
        assert SECRET not in json.dumps(reports), type(error)


def test_the_arguments_of_a_task_stay_here(reports: list[Any]) -> None:
    task = celery.Celery(set_as_current=False).task(name="house.fails")(fail)
    task.apply((SECRET,), {})
    (event,) = reports
    assert event["logentry"] == {"message": "Task %(name)s[%(id)s] %(description)s: %(exc)s"}
    assert SECRET not in json.dumps(reports)


def test_the_list_of_what_leaves_is_what_keeps_the_rest_here(
    reports: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the list the library's own event names the value."""
    monkeypatch.setattr(sentry_sdk.get_client(), "options", sentry_sdk.get_client().options | {"before_send": None})
    try:
        fail(SECRET)
    except ValueError:
        logging.getLogger("house").exception("a page failed")
    assert SECRET in json.dumps(reports)


def test_without_a_setting_nothing_that_reports_or_exports_is_loaded() -> None:
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.offline'; import django; django.setup();"
        "print([name for name in ('sentry_sdk', 'opentelemetry.exporter') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("setting", "value", "module", "start"),
    [
        ("SENTRY_DSN", DSN, "sentry_sdk", error_reports.start),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1", "opentelemetry.sdk.trace", tracing.start),
    ],
)
def test_a_missing_library_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, module: str, start: Any
) -> None:
    setattr(settings, setting, value)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImproperlyConfigured, match=f"{setting} is set, and .*requirements/monitoring.lock"):
        start()


# ---- traces ----


def shown(spans: InMemorySpanExporter) -> str:
    return " ".join(span.to_json() for span in spans.get_finished_spans())


@pytest.mark.django_db
def test_a_page_is_traced_by_its_name_with_its_statements(spans: InMemorySpanExporter, omar: User) -> None:
    client = sign_in(Client(), omar)
    spans.clear()
    assert client.get(f"/en/staff/texts/?q={SECRET}").status_code == 200
    *statements, page = spans.get_finished_spans()
    assert (page.name, dict(page.attributes or {})) == (
        "texts",
        {"http.request.method": "GET", "http.response.status_code": 200},
    )
    selects = [span for span in statements if span.name == "SELECT"]
    assert len(selects) > 2
    assert {span.parent and span.parent.span_id for span in selects} == {page.context.span_id}
    assert [said for said in (SECRET, omar.email, str(omar.pk), "/en/staff") if said in shown(spans)] == []


@pytest.mark.django_db
def test_a_statement_that_fails_is_marked_and_its_values_stay_here(spans: InMemorySpanExporter) -> None:
    class Task:
        name = "notifications.sweep"

    tracing._begin_task(task_id="1", task=Task)
    with pytest.raises(DataError), connection.cursor() as cursor:
        cursor.execute("SELECT %s::date", [SECRET])
    tracing._end_task(task_id="1", state="FAILURE")
    tracing._end_task(task_id="2", state="FAILURE")
    statement, task = spans.get_finished_spans()
    assert (statement.name, task.name) == ("SELECT", "notifications.sweep")
    assert [span.status.is_ok for span in (statement, task)] == [False, False]
    assert SECRET not in shown(spans)
    with connection.cursor() as cursor:
        assert cursor.db.execute_wrappers == []


@pytest.mark.django_db
def test_while_nobody_traces_a_page_is_as_before(client: Client) -> None:
    assert client.get("/en/help/").status_code == 200
    assert connection.execute_wrappers == []
