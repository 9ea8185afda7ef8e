"""No periodic task stops at a bad row: it goes on, names the row, and leaves it alone for a while.

The tasks are those of the schedule: a new one fails here until it has a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet

from accounts.identity import recheck
from accounts.sign_in import attempts
from accounts.staff import operator_alarms
from complaints.api.centres import fetching
from complaints.escalation import absences, breach_clocks, digest, expiry, ladder, recalculation
from complaints.models import Clock
from complaints.retention import run as retention
from complaints.search import word_forms
from complaints.suggestions import clues
from complaints.track_record import counting
from notifications import alarms, reconciliation, tasks as notification_tasks
from notifications.carriers import Status, StatusReport
from notifications.models import AlarmKind, FailingRow
from notifications.periodic import RowRun
from reports.circulation import circulating
from reports.dashboards import kept
from reports.directives import sweep as directive_sweep
from reports.figures import kept as figures
from reports.periodic import drafting
from reports.phenomena import batch as phenomena
from tests.complaints.escalation.mornings import MONDAY
from tests.complaints.escalation.row_pairs import (
    Get,
    two_agencies,
    two_agencies_of_a_report,
    two_alarms,
    two_annexes,
    two_blocks,
    two_breaches,
    two_cases,
    two_cases_after_figures_are_built,
    two_cases_of_a_silent_officer,
    two_citizens,
    two_clocks,
    two_clocks_and_a_holiday,
    two_closed_cases,
    two_directives,
    two_drafts,
    two_joins,
    two_left,
    two_ordered_reports,
    two_planned_changes,
    two_programs,
    two_questions,
    two_readers,
    two_successions,
    two_topics,
    two_unknown,
    two_unrated_closings,
)

pytestmark = pytest.mark.django_db
PERSONAL = "0790000000"


@dataclass(frozen=True)
class Scenario:
    """A task with two rows: ``make`` makes them and returns their keys, the first of which will be bad.

    ``function`` is what does one row; ``key`` finds the row's key in its arguments. Where ``is_real``, the good row is
    done by the function itself. ``is_tried_again``: the task goes through all its rows anyway, so that none starves.
    """

    kind: str
    function: str
    key: Callable[..., Any]
    make: Callable[[Get], tuple[Any, Any]]
    run: Callable[[datetime], object]
    at: datetime
    is_real: bool = False
    is_tried_again: bool = False
    fails_too: tuple[str, ...] = field(default=())


class Listing:
    """A carrier whose list has two messages that are not ours."""

    def listing(self, *, since: datetime, until: datetime) -> Iterator[StatusReport]:
        for name in ("bad", "good"):
            yield StatusReport(provider_id=name, status=Status.TAKEN, word="sent")


def _compare(at: datetime) -> object:
    return reconciliation.compare("carrier", Listing(), since=at, until=at + timedelta(days=1))


def _sweep_all(at: datetime) -> object:
    Clock.objects.update(next_check_at=None)
    return ladder.sweep(at=at)


JANUARY = datetime(2026, 1, 12, 9, tzinfo=UTC)
LATER = JANUARY + timedelta(days=20)
SCENARIOS = {
    "complaints.sweep_clocks": Scenario(
        "case", "complaints.escalation.expiry.lapse", lambda case, **_: case.pk, two_questions,
        lambda at: expiry.lapse_overdue(at=at), LATER, is_real=True,
    ),
    "complaints.escalate": Scenario(
        "clock", "complaints.escalation.ladder._step_row", lambda _step, on, _change: on.clock.pk, two_clocks,
        _sweep_all, LATER, is_real=True,
    ),
    "complaints.continue_recalculation": Scenario(
        "clock", "complaints.escalation.recalculation._recount", lambda pk, **_: pk, two_clocks_and_a_holiday,
        lambda at: recalculation.recalculate(at=at), datetime(2026, 1, 4, 12, tzinfo=UTC), is_real=True,
        is_tried_again=True, fails_too=("complaints.escalation.recalculation._move_at_once",),
    ),
    "complaints.unassign_inactive": Scenario(
        "case", "complaints.escalation.absences._assign", lambda case, *_, **__: case.pk,
        two_cases_of_a_silent_officer, lambda at: absences.unassign_inactive(at=at), JANUARY, is_real=True,
    ),
    "complaints.apply_reference_changes": Scenario(
        "change", "agencies.reference_changes.apply", lambda key, **_: key, two_planned_changes,
        lambda at: recalculation.apply_due(at=at), JANUARY, is_real=True,
    ),
    "complaints.execute_successions": Scenario(
        "succession", "complaints.escalation.recalculation.execute", lambda key, **_: key, two_successions,
        lambda at: recalculation.go_on(at=at), JANUARY, is_real=True,
    ),
    "complaints.apply_retention": Scenario(
        "case", "complaints.retention.erasing.erase_case", lambda pk, **_: pk, two_closed_cases,
        lambda at: retention.apply_retention(at=at), JANUARY + timedelta(days=6 * 366), is_real=True,
    ),
    "complaints.ask_for_ratings": Scenario(
        "case", "complaints.escalation.expiry.ask_about", lambda pk, **_: pk, two_closed_cases,
        lambda at: expiry.ask(at=at), datetime(2026, 1, 8, 12, tzinfo=UTC), is_real=True,
    ),
    "complaints.plan_calls": Scenario(
        "message", "notifications.actions.make", lambda message, **_: message.pk, two_unrated_closings,
        lambda at: expiry.plan(at=at), datetime(2026, 1, 10, 12, tzinfo=UTC), is_real=True,
    ),
    "complaints.tell_of_ended_problems": Scenario(
        "problem_join", "complaints.escalation.expiry.tell", lambda pk, **_: pk, two_joins,
        lambda at: expiry.sweep(at=at), LATER, is_real=True,
    ),
    "complaints.watch_breaches": Scenario(
        "breach", "complaints.escalation.breach_clocks.tell_persons", lambda breach, **_: breach.pk, two_breaches,
        lambda at: breach_clocks.watch(at=at), JANUARY, is_real=True,
    ),
    "reports.write_drafts": Scenario(
        "report", "reports.periodic.drafting.write", lambda key, **_: key, two_ordered_reports,
        lambda at: drafting.write_ordered(at=at), JANUARY, is_real=True,
    ),
    "reports.circulate": Scenario(
        "agency", "reports.circulation.circulating.make_annex", lambda _circulation, agency, *_, **__: agency.pk,
        two_agencies_of_a_report, lambda at: circulating.circulate_released(at=at), JANUARY, is_real=True,
    ),
    "reports.remind_of_annexes": Scenario(
        "annex", "reports.circulation.circulating.tell_of_day", lambda key, _calendar, **_: key, two_annexes,
        lambda at: circulating.remind(at=at), LATER, is_real=True,
    ),
    "reports.watch_directives": Scenario(
        "directive", "reports.directives.sweep.tell_due_levels", lambda key, _calendar, **_: key, two_directives,
        lambda at: directive_sweep.watch(at=at), JANUARY, is_real=True,
    ),
    "complaints.discard_drafts": Scenario(
        "draft", "complaints.attachments.uploads.discard", lambda draft: draft.pk, two_drafts,
        lambda at: expiry.discard_drafts(at=at), LATER, is_real=True,
    ),
    "complaints.build_search_index": Scenario(
        "block", "complaints.search.word_forms._sum_up", int, two_blocks,
        lambda at: word_forms.build_index(at=at), JANUARY,
    ),
    "complaints.keep_suggestions": Scenario(
        "case", "complaints.suggestions.clues._keep", lambda case, *_, **__: case, two_cases,
        lambda at: clues.keep(at=at), JANUARY, is_real=True,
    ),
    "reports.find_phenomena": Scenario(
        "topic", "reports.phenomena.batch._search", lambda topic, *_, **__: topic, two_topics,
        lambda at: phenomena.find_phenomena(at=at), JANUARY,
    ),
    "complaints.refresh_track_record": Scenario(
        "agency", "complaints.track_record.counting._refresh", lambda key, *_, **__: key, two_agencies,
        lambda at: counting.refresh(at=at), JANUARY,
    ),
    "complaints.send_digests": Scenario(
        "user", "complaints.escalation.digest._notices", lambda user, *_: user.pk, two_readers,
        lambda at: digest.send(at=at), MONDAY, is_real=True,
    ),
    "reports.refresh_figures": Scenario(
        "case", "reports.figures.kept._replace_one", lambda key, **_: key, two_cases_after_figures_are_built,
        lambda at: figures.refresh(at=at), JANUARY, is_real=True, fails_too=("reports.figures.kept._replace_all",),
    ),
    "accounts.recheck_identities": Scenario(
        "citizen", "accounts.identity.recheck.recheck", lambda pk, **_: pk, two_citizens,
        recheck.recheck_due, JANUARY,
    ),
    "accounts.notify_operators": Scenario(
        "alarm", "accounts.staff.operator_alarms._notices", lambda alarm, _person: alarm.pk, two_alarms,
        operator_alarms.notify_operators, JANUARY, is_real=True,
    ),
    "accounts.delete_expired": Scenario(
        "table", "django.db.models.query.QuerySet.delete", lambda rows: rows.model.__name__,
        lambda _get: ("FormDraft", "RateCounter"), attempts.delete_expired, JANUARY, is_real=True,
        is_tried_again=True,
    ),
    "complaints.fetch_centre_answers": Scenario(
        "centre", "complaints.api.centres.fetching._fetch", lambda endpoint, **_: endpoint.name, two_programs,
        lambda at: fetching.fetch_answers(at=at), JANUARY,
    ),
    "reports.make_dashboard_lists": Scenario(
        "list", "reports.dashboards.kept.make", lambda name, **_: str(name),
        lambda _get: ("rises", "quiet"), lambda at: kept.make_all(at=at), JANUARY,
    ),
    "notifications.sweep": Scenario(
        "message", "notifications.sending.sweep._settle_abandoned", lambda message: message.pk, two_left,
        lambda _at: notification_tasks.sweep_up(), JANUARY,
    ),
    "notifications.check_status": Scenario(
        "message", "notifications.reconciliation._check", lambda message, _silent: message.pk,
        two_unknown, lambda _at: reconciliation.check_due_messages(), JANUARY,
    ),
    "notifications.compare_lists": Scenario(
        "listed", "notifications.reconciliation._recognise", lambda _name, report: report.provider_id,
        lambda _get: ("bad", "good"), _compare, JANUARY, is_tried_again=True,
    ),
}  # fmt: skip
#: Tasks of one step, and a comparison that changes no row.
WITHOUT_ROWS = {
    "complaints.anchor_history",
    "complaints.recalculate_deadlines",
    "complaints.check_files",
    "complaints.check_storage",
    "notifications.check_backups",
}


class Rows:
    """What does one row of a scenario: fails on the bad one, and keeps the keys it was called with."""

    def __init__(self, scenario: Scenario, get: Get) -> None:
        self.scenario, self.is_healed = scenario, False
        self.bad, self.good = scenario.make(get)
        self.called: list[Any] = []
        patch = get("monkeypatch")
        path, _, name = scenario.function.rpartition(".")
        owner = QuerySet if path.endswith("QuerySet") else import_module(path)
        self.original = getattr(owner, name)

        def one_row(*args: Any, **options: Any) -> Any:
            return self.do(*args, **options)

        patch.setattr(owner, name, one_row)
        for other in scenario.fails_too:
            patch.setattr(other, self.fail)

    def do(self, *args: Any, **options: Any) -> Any:
        key = self.scenario.key(*args, **options)
        self.called.append(key)
        if key == self.bad and not self.is_healed:
            self.fail()
        return self.original(*args, **options) if self.scenario.is_real else 0

    def fail(self, *_: Any, **__: Any) -> None:
        raise ValueError(PERSONAL)


def opened() -> list[str]:
    return [alarm.about for alarm in alarms.open_alarms().filter(kind=AlarmKind.ROW_FAILED)]


def test_every_task_of_the_schedule_has_a_line() -> None:
    assert SCENARIOS.keys() | WITHOUT_ROWS == {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.parametrize("task", SCENARIOS)
def test_a_bad_row_stops_no_task(task: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> None:
    scenario = SCENARIOS[task]
    rows = Rows(scenario, request.getfixturevalue)
    scenario.run(scenario.at)
    assert {rows.bad, rows.good} <= set(rows.called)
    name = f"{scenario.kind} {rows.bad}"
    assert opened() == [f"{task} {name}"]
    assert list(FailingRow.objects.values_list("task", "row", "failures", "error")) == [(task, name, 1, "ValueError")]
    assert PERSONAL not in caplog.text
    assert [vars(record)["row"] for record in caplog.records if "went on" in record.message] == [name]
    # It stands at the front no more.
    rows.called.clear()
    scenario.run(scenario.at + timedelta(seconds=30))
    assert (rows.bad in rows.called) is scenario.is_tried_again


def test_a_row_that_is_mended_is_done_and_its_alarm_over(request: pytest.FixtureRequest) -> None:
    scenario = SCENARIOS["complaints.sweep_clocks"]
    rows = Rows(scenario, request.getfixturevalue)
    for minutes in (0, 1, 3):
        scenario.run(scenario.at + timedelta(minutes=minutes))
    assert rows.called == [rows.bad, rows.good, rows.bad, rows.bad]
    rows.is_healed = True
    scenario.run(scenario.at + timedelta(minutes=6))
    assert len(rows.called) == 4  # four minutes have not passed
    scenario.run(scenario.at + timedelta(minutes=7))
    assert (rows.called[4:], opened(), FailingRow.objects.count()) == ([rows.bad], [], 0)


def test_without_the_isolation_the_rows_behind_are_not_done(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a run whose error is not held stops at the first row, and the one behind starves."""
    scenario = SCENARIOS["complaints.sweep_clocks"]
    rows = Rows(scenario, request.getfixturevalue)

    def give_up(_run: RowRun, _key: str, error: Exception) -> None:
        raise error

    monkeypatch.setattr(RowRun, "_fail", give_up)
    for _ in range(2):
        with pytest.raises(ValueError, match=PERSONAL):
            scenario.run(scenario.at)
    assert rows.called == [rows.bad, rows.bad]


def test_a_step_of_the_sweep_that_fails_stops_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def bad() -> None:
        raise ValueError(PERSONAL)

    def good() -> None:
        done.append(True)

    monkeypatch.setattr(notification_tasks, "SWEEP", (bad, good))
    notification_tasks.sweep_up()
    assert (done, opened()) == ([True], ["notifications.sweep step bad"])
