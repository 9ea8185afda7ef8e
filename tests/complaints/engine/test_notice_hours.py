"""Who is woken when: which messages wait for the morning, and what it costs to find out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Value
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Holiday, Period, Topic, WorkingHours, current_calendar
from complaints.actions import (
    add,
    object_to,
)
from complaints.models import Case, Channel as CaseChannel
from notifications.models import Message
from notifications.sending import claims
from notifications.wordings import editions
from tests.cast import make_staff
from tests.complaints.cases import FileCase
from tests.complaints.message_states import of_citizen
from tests.prepared_rows import prepared

AMMAN = ZoneInfo("Asia/Amman")


@pytest.fixture
@prepared
def year(hours: WorkingHours) -> None:
    """The Ramadan of 2026 as announced, and a day off on a Sunday."""
    WorkingHours.objects.create(
        period=Period.RAMADAN,
        starts_on=date(2026, 2, 18),
        ends_on=date(2026, 3, 19),
        opens=time(9),
        closes=time(14, 30),
    )
    Holiday.objects.create(on=date(2026, 1, 25), name_ar="عطلة", name_en="Day off")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


def may_leave(message: Message, at: datetime) -> bool:
    """Tell whether a sender may take the message when the database's clock says ``at``."""
    ripe = message.not_before is None or message.not_before <= at
    return ripe and Message.objects.filter(claims.wakes_nobody(Value(at)), pk=message.pk).exists()


SUNDAY, EVENING, NIGHT = "2026-01-04 10:00", "2026-01-04 20:59", "2026-01-04 21:00"
THURSDAY, FRIDAY = "2026-01-08 16:00", "2026-01-09 03:00"
WAKING = [
    # Working hours: everybody at once.
    ("normal", SUNDAY, "sms", "amina", None),
    ("normal", SUNDAY, "email", "amina", None),
    ("normal", SUNDAY, "sms", "omar", None),
    ("normal", SUNDAY, "email", "omar", None),
    ("normal", "2026-01-04 08:30", "sms", "omar", None),
    ("normal", "2026-01-04 15:29", "sms", "omar", None),
    # Out of them officers' telephones wait; from 21:00 to 08:00 the citizens' do; e-mail wakes nobody.
    ("normal", "2026-01-04 08:29", "sms", "omar", "2026-01-04 08:30"),
    ("normal", "2026-01-04 15:30", "sms", "omar", "2026-01-05 08:30"),
    ("normal", EVENING, "sms", "amina", None),
    ("normal", EVENING, "sms", "omar", "2026-01-05 08:30"),
    ("normal", EVENING, "email", "omar", None),
    ("normal", NIGHT, "sms", "amina", "2026-01-05 08:00"),
    ("normal", NIGHT, "email", "amina", None),
    ("normal", NIGHT, "email", "omar", None),
    ("high", NIGHT, "sms", "amina", "2026-01-05 08:00"),
    ("high", NIGHT, "sms", "omar", "2026-01-05 08:30"),
    ("low", "2026-01-05 07:59", "sms", "amina", "2026-01-05 08:00"),
    ("low", "2026-01-05 08:00", "sms", "amina", None),
    # Thursday evening waits for Sunday, and for Monday where Sunday is a day off; citizens have no weekend.
    ("normal", THURSDAY, "sms", "omar", "2026-01-11 08:30"),
    ("normal", FRIDAY, "sms", "omar", "2026-01-11 08:30"),
    ("normal", FRIDAY, "sms", "amina", "2026-01-09 08:00"),
    ("normal", FRIDAY, "email", "omar", None),
    ("normal", "2026-01-22 16:00", "sms", "omar", "2026-01-26 08:30"),
    # Ramadan opens later and closes earlier.
    ("normal", "2026-02-18 08:45", "sms", "omar", "2026-02-18 09:00"),
    ("normal", "2026-02-18 14:30", "sms", "omar", "2026-02-19 09:00"),
    ("normal", "2026-03-19 15:00", "sms", "omar", "2026-03-22 08:30"),
    # Summer time ended for good in 2022: the nights on which clocks were changed are like any other.
    ("normal", "2026-03-26 16:00", "sms", "omar", "2026-03-29 08:30"),
    ("normal", "2026-10-29 16:00", "sms", "omar", "2026-11-01 08:30"),
    # Urgent topics wake people, at any hour.
    ("urgent", NIGHT, "sms", "amina", None),
    ("urgent", NIGHT, "sms", "omar", None),
    ("urgent", NIGHT, "email", "omar", None),
    ("urgent", FRIDAY, "sms", "amina", None),
    ("urgent", FRIDAY, "sms", "omar", None),
    ("urgent", "2026-02-18 03:00", "sms", "omar", None),
    ("urgent", "2026-01-25 12:00", "sms", "omar", None),
]


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("row", WAKING, ids=lambda row: " ".join(map(str, row)))
def test_who_is_woken_when(
    file_case: FileCase, outage: Topic, settings: Settings, row: tuple[str, str, str, str, str | None]
) -> None:
    priority, at, channel, person, until = row
    settings.QUIET_HOURS = "21:00-08:00"
    outage.priority = priority
    outage.save(update_fields=["priority"])
    file_case(at=moment(at), notify_by=channel)
    template = {"amina": "case_received", "omar": "officer_new_case"}[person]
    message = Message.objects.get(template=template, channel=channel)
    if until is None:
        assert may_leave(message, moment(at))
        return
    minute = timedelta(minutes=1)
    assert [may_leave(message, moment(each)) for each in (at, until)] == [False, True]
    assert not may_leave(message, moment(until) - minute)


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("at", ["2026-03-26 16:00", "2026-10-29 16:00"])
def test_opening_time_is_half_past_five_in_utc_all_year(file_case: FileCase, at: str) -> None:
    file_case(at=moment(at))
    waiting = Message.objects.get(template="officer_new_case", channel="sms").not_before
    assert waiting is not None
    assert waiting.astimezone(UTC).time() == time(5, 30)


def test_the_cmu_is_told_by_email_and_by_sms_when_an_urgent_case_has_no_agency(
    file_case: FileCase, outage: Topic, lina: User
) -> None:
    ordinary = file_case(agency=None, at=moment(FRIDAY))
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    urgent = file_case(agency=None, at=moment(FRIDAY))
    told = Message.objects.filter(template="cmu_triage", recipient=f"user:{lina.pk}")
    assert set(told.filter(reference=ordinary.reference).values_list("channel", "not_before")) == {("email", None)}
    assert set(told.filter(reference=urgent.reference).values_list("channel", "not_before")) == {
        ("email", None),
        ("sms", None),
    }


def test_an_objection_wakes_nobody_at_the_cmu(closed: Case, outage: Topic, amina: Citizen, lina: User) -> None:
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    object_to(closed, by=amina.user, at=moment("2026-01-05 23:00"), text="ما زالت المياه مقطوعة.")
    assert [m.channel for m in Message.objects.filter(template="cmu_objection")] == ["email"]


def test_what_is_urgent_is_not_stopped_by_a_cap_on_spending(file_case: FileCase, outage: Topic) -> None:
    file_case()
    assert set(Message.objects.values_list("daytime", flat=True)) == {True}
    Message.objects.all().delete()
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    file_case()
    assert set(Message.objects.values_list("daytime", flat=True)) == {False}


def test_a_caller_who_is_on_the_line_is_told_the_number_at_any_hour(file_case: FileCase, sami: User) -> None:
    message = of_citizen(file_case(by=sami, channel=CaseChannel.PHONE), "case_filed_by_phone")
    assert (message.daytime, message.must_reach) == (False, True)


@pytest.mark.parametrize("officers", [1, 3])
def test_telling_more_officers_takes_no_more_statements(
    file_case: FileCase, water: Agency, officers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, officers):
        make_staff(f"o{number}@miyahuna.example", "موظف", "Officer", f"+96279010010{number}", water, Role.OFFICER)
    editions.in_force()  # the words of messages are read twice a minute, not with each case
    # Officers, numbers, calendar, case, the rows it begins with, and messages.
    with django_assert_num_queries(6):
        file_case(at=moment(FRIDAY))
    assert Message.objects.filter(template="officer_new_case").count() == 2 * officers


def test_only_a_waiting_telephone_asks_for_the_calendar(
    accepted: Case, amina: Citizen, omar: User, outage: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[WorkingCalendar] = []

    def ask_for_it() -> WorkingCalendar:
        asked.append(current_calendar())
        return asked[-1]

    monkeypatch.setattr("complaints.engine.change.current_calendar", ask_for_it)
    add(accepted, by=amina.user, at=now, text="معلومة")
    assert len(asked) == 1
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    add(accepted, by=amina.user, at=now, text="معلومة أخرى")
    assert len(asked) == 1
