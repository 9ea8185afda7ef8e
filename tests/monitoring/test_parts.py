"""How each part of the system stands: what facts say so, what people read, and since when."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Citizen, IdentityCheck, User
from agencies.models import Agency, OutsideCentre, Topic
from complaints.actions import accept, file
from complaints.actions.filing import Filing
from complaints.actions.outside_centres import hand_over
from complaints.attachments.recognition import LEAST_ROOM
from complaints.models import Case, Clock
from config.devstack.state import ROOT
from config.monitoring import facts, parts, registry_part
from config.monitoring.bounded import Bounded
from config.monitoring.facts import Connections, DiskSpace
from config.monitoring.parts import Part, PartState, PartStatus, system_status
from notifications import alarms
from notifications.models import AlarmKind, Channel, Hold, PeriodicTask, ProviderRoute
from notifications.sending.routes import RoutingTable
from tests.monitoring.conftest import Answers, MakeMessage

STOPPED = {"stopped_until": datetime(2100, 1, 1, tzinfo=timezone.get_default_timezone()), "stopped_by": "20003"}


def status(part: Part, at: datetime) -> PartStatus:
    return system_status(at)[part]


def troubles(at: datetime) -> dict[Part, PartState]:
    return {part: found.state for part, found in system_status(at).items() if found.state != PartState.WORKING}


@pytest.fixture
def case(amina: Citizen, water: Agency, omar: User, leak: Topic, now: datetime) -> Case:
    """A complaint of amina's at the water company; its clocks are as old as the cast."""
    filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
    return file(filing, by=amina.user, at=now)


def test_at_rest_everything_works(at: datetime) -> None:
    assert troubles(at) == {}


# ---- messages ----


def test_a_hold_stops_both_channels_since_it_began(at: datetime) -> None:
    Hold.objects.create(database="elsewhere", began_at=at - timedelta(hours=2))
    found = system_status(at)
    for part in (parts.SMS, parts.EMAIL):
        assert (found[part].state, found[part].since, found[part].section) == (
            PartState.DOWN,
            at - timedelta(hours=2),
            "on_hold",
        )


def test_the_only_carrier_that_refuses_our_account_stops_its_channel_alone(at: datetime) -> None:
    (name,) = [route.carrier.name for route in RoutingTable.load().by_channel[Channel.SMS]]
    ProviderRoute.objects.create(channel="sms", carrier=name, **STOPPED)
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, f"sms {name}")
    raised = alarms.open_alarms().get().raised_at
    assert troubles(at) == {parts.SMS: PartState.DOWN}
    assert status(parts.SMS, at).since == raised


def test_one_carrier_of_two_that_is_stopped_is_degraded(at: datetime, settings: Settings) -> None:
    settings.SMS_CARRIERS = [*settings.SMS_CARRIERS, "tests.notifications.conftest.ObedientCarrier"]
    ProviderRoute.objects.create(channel="sms", carrier="obedient", **STOPPED)
    assert troubles(at) == {parts.SMS: PartState.DEGRADED}


def test_a_channel_without_a_carrier_is_down(at: datetime, settings: Settings) -> None:
    settings.EMAIL_CARRIERS = []
    assert troubles(at) == {parts.EMAIL: PartState.DOWN}


def test_a_cap_that_is_used_up_is_said(at: datetime, settings: Settings, make_message: MakeMessage) -> None:
    from notifications.models import DailySpend

    settings.SMS_DAILY_CAP = 10
    DailySpend.objects.create(channel="sms", on=timezone.localdate(at), spent=10)
    assert troubles(at) == {parts.SMS: PartState.DEGRADED}
    assert "daily cap" in str(status(parts.SMS, at).effect)


@pytest.mark.parametrize(
    ("lane", "waited", "state", "said"),
    [
        ("notices", timedelta(minutes=14), PartState.WORKING, "are sent at once"),
        ("notices", timedelta(minutes=16), PartState.DEGRADED, "Messages arrive late"),
        ("codes", timedelta(seconds=50), PartState.WORKING, "are sent at once"),
        ("codes", timedelta(seconds=70), PartState.DEGRADED, "Codes arrive late"),
    ],
)
def test_what_waits_too_long_is_late_since_it_could_leave(
    at: datetime, make_message: MakeMessage, lane: str, waited: timedelta, state: PartState, said: str
) -> None:
    make_message(1, lane=lane, created_at=at - waited)
    found = system_status(at)[parts.SMS]
    assert (found.state, said in str(found.effect)) == (state, True)
    assert found.since == (at - waited if state == PartState.DEGRADED else None)
    assert system_status(at)[parts.EMAIL].state == PartState.WORKING


def test_what_was_put_off_until_now_is_not_late(at: datetime, make_message: MakeMessage) -> None:
    make_message(1, created_at=at - timedelta(hours=9), not_before=at - timedelta(minutes=1))
    assert troubles(at) == {}


def test_what_waited_for_the_morning_is_not_late_when_it_comes(
    at: datetime, make_message: MakeMessage, settings: Settings
) -> None:
    local = timezone.localtime(at)
    night = f"{local - timedelta(hours=9):%H:%M}-{local - timedelta(minutes=5):%H:%M}"
    settings.QUIET_HOURS = night
    message = make_message(1, created_at=at - timedelta(hours=8), daytime=True)
    assert troubles(at) == {}
    # The control: the same message, had it been free to leave in the night.
    type(message).objects.update(daytime=False)
    assert troubles(at) == {parts.SMS: PartState.DEGRADED}


def test_an_alarm_that_no_channel_tells_of_has_a_part_of_its_own(at: datetime) -> None:
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    assert troubles(at) == {}
    alarms.raise_alarm(AlarmKind.SENT_TWICE, "x")
    found = status(parts.ALARMS, at)
    assert (found.state, str(found.effect), found.section) == (
        PartState.DEGRADED,
        "A message was sent twice.",
        "sent_twice",
    )
    assert found.since == alarms.open_alarms().get(kind=AlarmKind.SENT_TWICE).raised_at


# ---- registry and outside centres ----


def asked(citizen: Citizen, *outcomes: str, at: datetime) -> None:
    """Record the answers of the registry, the newest first, a minute apart."""
    for minutes, outcome in enumerate(outcomes):
        IdentityCheck.objects.create(
            citizen=citizen, source="civil", outcome=outcome, at=at - timedelta(minutes=minutes)
        )


@pytest.mark.parametrize(
    ("outcomes", "state", "minutes"),
    [
        (["matched", "unavailable"], PartState.WORKING, None),
        (["unavailable", "matched"], PartState.DEGRADED, 0),
        (["unavailable", "unavailable", "unavailable", "mismatched", "unavailable"], PartState.DOWN, 2),
    ],
)
def test_the_last_answers_of_the_registry_say_how_it_stands(
    amina: Citizen, at: datetime, outcomes: list[str], state: PartState, minutes: int | None
) -> None:
    asked(amina, *outcomes, at=at)
    found = status(parts.REGISTRY, at)
    assert (found.state, found.since) == (state, None if minutes is None else at - timedelta(minutes=minutes))


def test_a_system_without_a_registry_says_so(at: datetime, settings: Settings) -> None:
    settings.REGISTRY = ""
    assert troubles(at) == {parts.REGISTRY: PartState.DEGRADED}


def test_a_case_past_its_deadline_at_an_outside_centre_is_counted(case: Case, omar: User, now: datetime) -> None:
    centre = OutsideCentre.objects.create(code="water", name_ar="مركز", name_en="Centre", phone="117116")
    accept(case, by=omar, at=now, days=2)
    hand_over(case, by=omar, at=now, centre=centre, reference="W-1")
    case.refresh_from_db()
    assert case.deadline_at is not None
    assert status(parts.OUTSIDE_CENTRES, case.deadline_at - timedelta(minutes=1)).state == PartState.WORKING
    late = status(parts.OUTSIDE_CENTRES, case.deadline_at + timedelta(minutes=1))
    assert (late.state, late.since) == (PartState.DEGRADED, case.deadline_at)
    assert str(late.effect) == "1 case is overdue at an outside centre. Its citizen waits."


# ---- what runs behind the pages, and what the machine has ----


def test_a_broker_that_is_away_is_degraded_and_not_down(at: datetime, broker: Answers) -> None:
    broker.given = None
    assert troubles(at) == {parts.BROKER: PartState.DEGRADED}


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (timedelta(minutes=4), PartState.WORKING),
        (timedelta(minutes=6), PartState.DEGRADED),
        (timedelta(minutes=61), PartState.DOWN),
    ],
)
def test_a_check_of_a_clock_that_is_not_made_is_noticed(
    case: Case, at: datetime, late: timedelta, state: PartState
) -> None:
    Clock.objects.update(next_check_at=at - late)
    found = status(parts.CLOCKS, at)
    assert (found.state, found.since) == (state, None if state == PartState.WORKING else at - late)


GIGABYTE = 1024**3


@pytest.mark.parametrize(
    ("space", "state"),
    [
        (DiskSpace(20 * GIGABYTE, 3 * GIGABYTE), PartState.WORKING),
        (DiskSpace(20 * GIGABYTE, 2 * GIGABYTE), PartState.DEGRADED),
        (DiskSpace(20 * GIGABYTE, LEAST_ROOM - 1), PartState.DOWN),
        (DiskSpace(2 * LEAST_ROOM, LEAST_ROOM - 1), PartState.DOWN),
        (None, PartState.DOWN),
    ],
)
def test_the_space_that_is_left_says_how_the_disk_stands(
    at: datetime, disk: Answers, space: DiskSpace | None, state: PartState
) -> None:
    disk.given = space
    assert status(parts.STORAGE, at).state == state


def test_the_real_disk_and_broker_answer() -> None:
    space = facts._disk_space()
    assert 0 < space.free <= space.total
    assert set(facts._queue_lengths()) == {"codes", "notices", "chores"}


def test_a_broker_that_refuses_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = current_app.connection_for_read(url="redis://127.0.0.1:1")
    monkeypatch.setattr(current_app, "connection_for_read", lambda: dead)
    assert Bounded(facts._queue_lengths, seconds=10).answer() is None


def test_a_bucket_is_no_disk(at: datetime, disk: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    disk.given = None
    monkeypatch.setattr(facts, "is_on_disk", lambda: False)
    assert status(parts.STORAGE, at).state == PartState.WORKING


@pytest.mark.parametrize(
    ("lag", "state"),
    [
        (timedelta(seconds=10), PartState.WORKING),
        (timedelta(seconds=11), PartState.DEGRADED),
        (None, PartState.DEGRADED),
    ],
)
def test_a_replica_that_is_away_or_behind_is_said(
    at: datetime, monkeypatch: pytest.MonkeyPatch, settings: Settings, lag: timedelta | None, state: PartState
) -> None:
    settings.REPLICA_MAX_LAG = 10
    assert status(parts.REPLICA, at).state == PartState.WORKING
    monkeypatch.setattr(facts, "has_replica", lambda: True)
    monkeypatch.setattr(facts, "replica_lag", Answers(lag))
    assert status(parts.REPLICA, at).state == state


def test_a_schedule_that_starts_nothing_is_down_since_its_last_start(at: datetime) -> None:
    sweep = PeriodicTask.objects.create(name="notifications.sweep", sent_at=at, started_at=at)
    assert status(parts.CLOCKS, at).state == PartState.WORKING
    stopped_at = at - timedelta(minutes=2)
    PeriodicTask.objects.filter(pk=sweep.pk).update(started_at=stopped_at)
    found = status(parts.CLOCKS, at)
    assert (found.state, found.since, found.section) == (PartState.DOWN, stopped_at, "schedule_stopped")


def test_a_task_that_is_late_is_degraded(at: datetime) -> None:
    alarms.raise_alarm(AlarmKind.TASK_LATE, "complaints.escalate")
    assert troubles(at) == {parts.CLOCKS: PartState.DEGRADED}


@pytest.mark.parametrize(("used", "state"), [(79, PartState.WORKING), (80, PartState.DEGRADED)])
def test_nearly_all_connections_in_use_is_degraded(
    at: datetime, monkeypatch: pytest.MonkeyPatch, used: int, state: PartState
) -> None:
    monkeypatch.setattr(facts, "connections", lambda: Connections({"idle": used}, 100))
    assert status(parts.DATABASE, at).state == state


def test_our_own_connection_is_counted(at: datetime) -> None:
    found = facts.connections()
    assert found.by_state["active"] >= 1
    assert found.used < found.most


# ---- all of them ----


def test_a_part_that_the_database_does_not_tell_about_in_time_is_degraded_and_holds_up_no_other(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(_at: datetime) -> PartStatus:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(20)")
        raise AssertionError

    slow = Part("Slow", sleep)
    monkeypatch.setattr(parts, "STATEMENT_SECONDS", 0.2)
    monkeypatch.setattr(parts, "PARTS", (slow, parts.REGISTRY))
    began = time.monotonic()
    found = system_status(at)
    assert time.monotonic() - began < 15
    assert [found[slow].state, found[parts.REGISTRY].state] == [PartState.DEGRADED, PartState.WORKING]


def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    at: datetime, amina: Citizen, make_message: MakeMessage
) -> None:
    counts = []
    for number in (1, 3):
        for each in range(number):
            make_message(10 * number + each, created_at=at - timedelta(hours=1))
            asked(amina, "unavailable", at=at)
        with CaptureQueriesContext(connection) as statements:
            system_status(at)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_every_section_that_a_part_points_to_is_in_the_runbook() -> None:
    source = "".join(Path(each.__file__).read_text(encoding="utf-8") for each in (parts, registry_part))
    named = set(re.findall(r'^\s+"([a-z-]+)",$|"([a-z-]+)"\)$', source, re.MULTILINE))
    sections = {one or other for one, other in named} | {str(kind) for kind in AlarmKind}
    headings = set(re.findall(r"^## (\S+)$", (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"broker", "clocks", "storage", "database", "registry", "outside-centres"} <= sections
    assert sections - headings == set()


def test_the_last_end_of_quiet_hours(settings: Settings, now: datetime) -> None:
    from notifications.sending.claims import last_end

    settings.QUIET_HOURS = "21:00-08:00"
    assert last_end(now) == now.replace(hour=8, minute=0)
    assert last_end(now.replace(hour=7)) == (now - timedelta(days=1)).replace(hour=8, minute=0)
    settings.QUIET_HOURS = ""
    assert last_end(now) is None
    assert date(2026, 1, 4) == now.date()
