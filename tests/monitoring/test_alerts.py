"""The alert rules and the dashboard: their queries can be read, and name metrics and sections that exist."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import promql_parser
import pytest
import yaml
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from config.celery import app
from config.devstack.state import ROOT
from config.monitoring import exposition, facts, metrics
from notifications import periodic
from notifications.models import AlarmKind, Lane, PeriodicTask
from tests.monitoring.conftest import Answers, MakeMessage

FOLDER = ROOT / "docs" / "monitoring"
GROUPS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
RULES: list[dict[str, Any]] = [rule for group in GROUPS for rule in group["rules"]]
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
TARGETS = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
QUERIES = [rule["expr"] for rule in RULES] + [target["expr"] for target in TARGETS]
SELECTOR = re.compile(r"(bekhedmatkom_\w+)(?:\{([^}]*)\})?")


@pytest.fixture
def exposed(db: None, make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Return the names of all samples with the names of their labels; everything that can be told has been told."""
    monkeypatch.setattr(facts, "has_replica", lambda: True)
    monkeypatch.setattr(facts, "replica_lag", Answers(timedelta(seconds=1)))
    PeriodicTask.objects.create(name="notifications.sweep", sent_at=timezone.now(), completed_at=timezone.now())
    periodic.record_backup(at=timezone.now())
    metrics.PAGE_SECONDS.labels(page="home", method="GET", status="2xx").observe(0.1)
    metrics.TASK_SECONDS.labels(task="notifications.sweep", outcome="success").observe(0.1)
    metrics.TASKS_LOST.labels(task="notifications.sweep").inc(0)
    metrics.PAGES_NOT_SERVED.labels(reason="full").inc(0)
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(exposition.whole().decode())
        for sample in family.samples
    }


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_can_be_read(query: str) -> None:
    promql_parser.parse(query)


def test_a_query_that_is_wrong_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        promql_parser.parse("sum by (task) (rate(bekhedmatkom_task_seconds_count[5m])")


def test_every_metric_and_label_that_a_query_names_exists(exposed: dict[str, set[str]]) -> None:
    said = {
        (name, label)
        for query in QUERIES
        for name, selected in SELECTOR.findall(query)
        for label in [*re.findall(r"(\w+)\s*[=!]", selected), ""]
    }
    # Only there while a clock runs.
    exposed["bekhedmatkom_clock_next_seconds"] = set()
    assert {(name, label) for name, label in said if label not in exposed.get(name, {None}) | {""}} == set()
    assert {name for name, _ in said} - set(exposed) == set()


def test_every_metric_is_in_the_document_and_none_else(exposed: dict[str, set[str]]) -> None:
    page = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(bekhedmatkom_\w+)`", page)) - {"bekhedmatkom_"}
    ours = {name for name in exposed if name.startswith("bekhedmatkom_") and not name.endswith("_created")}
    ours |= {"bekhedmatkom_clock_next_seconds"}
    assert named == {re.sub(r"(_seconds)_(?:bucket|count|sum)$", r"\1", name) for name in ours}


def test_every_rule_has_what_prometheus_and_people_need() -> None:
    assert {frozenset(rule) - {"for"} for rule in RULES} == {frozenset({"alert", "expr", "labels", "annotations"})}
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert [rule["alert"] for rule in RULES if not re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))] == []
    assert [rule["alert"] for rule in RULES if not rule["annotations"]["summary"].endswith(".")] == []


def test_every_rule_points_to_a_section_of_the_runbook() -> None:
    headings = set(re.findall(r"^## (\S+)$", (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    sections = {rule["annotations"]["section"] for rule in RULES} - {"{{ $labels.kind }}"} | set(map(str, AlarmKind))
    assert sections - headings == set()


@pytest.mark.django_db  # Celery checks the models when it imports the tasks, and asks for the version of PostgreSQL.
def test_the_values_that_a_query_asks_for_exist() -> None:
    app.loader.import_default_modules()
    asked = {found for query in QUERIES for found in re.findall(r'(lane|task)="([^"]+)"', query)}
    assert asked == {("lane", "codes"), ("lane", "notices"), ("task", "notifications.sweep")}
    assert {value for label, value in asked if label == "lane"} <= set(map(str, Lane))
    assert "notifications.sweep" in app.tasks


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(places)
