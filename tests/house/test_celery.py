"""The schedule and the broker, as the settings set them."""

import time

import pytest
from celery import current_app
from celery.schedules import crontab
from django.conf import settings
from kombu.exceptions import OperationalError

from config.celery import app
from kit.outages import DatabaseOutage


def seconds_between(schedule: float | crontab) -> float:
    """Return how far apart two runs are; a time of day is a day apart."""
    return 24 * 3600 if isinstance(schedule, crontab) else schedule


@pytest.mark.django_db  # loading the tasks checks the models, and one check asks the server what it can do
def test_every_scheduled_task_exists_and_goes_to_a_lane_a_worker_reads() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"]: entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {name: name in app.tasks for name in scheduled} == dict.fromkeys(scheduled, True)
    assert set(scheduled.values()) == {"chores"}


def test_a_scheduled_task_does_not_pile_up_behind_a_worker_that_was_away() -> None:
    late = [
        name
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if not 0 < entry["options"]["expires"] < seconds_between(entry["schedule"])
    ]
    assert late == []


def test_a_task_outlives_neither_its_limit_nor_the_time_after_which_it_is_given_to_another_worker() -> None:
    soft, hard = settings.CELERY_TASK_SOFT_TIME_LIMIT, settings.CELERY_TASK_TIME_LIMIT
    assert soft < hard < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


def test_a_dead_broker_costs_seconds_and_not_minutes() -> None:
    began = time.monotonic()
    with app.connection_for_write(url="redis://127.0.0.1:1") as dead, pytest.raises(OperationalError):
        app.send_task("notifications.deliver", args=[[]], connection=dead, retry=False)
    assert time.monotonic() - began < 30


@pytest.mark.django_db  # as above
def test_a_task_that_met_a_locked_row_is_a_line_in_the_log_and_left_to_its_next_run() -> None:
    """Celery writes what a task `throws` without a trace; any other error is one that somebody has to look at."""
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    for name in scheduled:
        assert app.tasks[name].throws == (DatabaseOutage,)


@pytest.mark.django_db  # as above
def test_what_runs_once_a_night_is_tried_again_in_the_same_night() -> None:
    app.loader.import_default_modules()
    nightly = {
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if isinstance(entry["schedule"], crontab)
    }
    assert nightly
    assert {name: app.tasks[name].tries_after_outage for name in nightly} == dict.fromkeys(nightly, 5)


def test_the_app_is_the_one_that_shared_tasks_belong_to() -> None:
    assert current_app.main == app.main == "config"


def test_a_worker_knocks_every_second_for_as_long_as_the_broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _seconds: None)
    waits: list[float] = []
    with app.connection_for_read(url="redis://127.0.0.1:1") as dead, pytest.raises(OperationalError):
        dead.ensure_connection(lambda _error, wait: waits.append(wait), 40)
    assert (waits, app.conf.broker_connection_max_retries) == ([1.0] * 40, None)
