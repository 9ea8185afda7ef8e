"""What the morning's e-mail counts: due today, at risk, returned, failed; and what counting costs."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Holiday, Topic
from complaints.actions import accept, ask, close, decline, lapse, object_to, refer, reply, uphold, withdraw
from complaints.escalation import digest
from complaints.models import Case
from notifications.models import CallTask, Message, MessageState
from notifications.wordings import editions
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.escalation.mornings import MONDAY, TUESDAY, WEDNESDAY, moment, told
from tests.prepared_rows import prepared


def test_due_is_what_the_desk_owes_today_and_what_it_owes_already(referred: Case, omar: User) -> None:
    assert [told(at)["omar"] for at in (MONDAY, TUESDAY, WEDNESDAY)] == [(0, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]


def test_a_promise_far_away_is_no_risk_yet(accepted: Case) -> None:
    # Promised for Sunday the 11th: the second working day after Wednesday.
    assert [told(at) for at in (MONDAY, TUESDAY, WEDNESDAY)] == [{}, {}, {"omar": (0, 1, 0, 0)}]


def test_thursday_speaks_of_sunday(accepted: Case) -> None:
    assert told(moment("2026-01-08 08:30")) == {"omar": (0, 1, 0, 0)}
    assert told(moment("2026-01-11 08:30")) == {"omar": (1, 0, 0, 0)}


def test_the_day_before_a_holiday_speaks_of_the_day_after_it(referred: Case, omar: User) -> None:
    accept(referred, by=omar, at=moment("2026-01-04 11:00"), days=5)
    Holiday.objects.create(on=date(2026, 1, 8), name_ar="عطلة", name_en="Day off")
    assert told(WEDNESDAY) == {"omar": (0, 1, 0, 0)}


def test_while_the_citizen_is_asked_the_desk_owes_nothing(accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    # The citizen's time ends on Sunday the 18th.
    assert told(moment("2026-01-18 08:30")) == {}


@pytest.mark.usefixtures("lina")
def test_what_the_cmu_holds_is_not_the_desks(closed: Case, amina: Citizen, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    assert told(moment("2026-01-11 08:30")) == {}


def test_a_closed_case_is_no_debt(referred: Case, amina: Citizen, now: datetime) -> None:
    withdraw(referred, by=amina.user, at=now)
    assert told(TUESDAY) == {}


@pytest.fixture
@prepared
def far(outage: Topic) -> None:
    """A topic with so much time that nothing is due in these days."""
    outage.limit_days = 30
    outage.save(update_fields=["limit_days"])


@pytest.fixture
@prepared
def long_promise(far: None, referred: Case, omar: User, now: datetime) -> Case:
    accept(referred, by=omar, at=now, days=15)
    return referred


def test_a_reply_returns_the_case_once(long_promise: Case, omar: User, amina: Citizen, now: datetime) -> None:
    ask(long_promise, by=omar, at=now, text="ما رقم العداد؟")
    assert told(MONDAY) == {}
    reply(long_promise, by=amina.user, at=MONDAY + timedelta(hours=1), text="4471")
    assert told(TUESDAY) == {"omar": (0, 0, 1, 0)}
    assert told(WEDNESDAY) == {}


@pytest.mark.parametrize(
    ("at", "days"),
    [
        # Until the opening it belongs to this morning, from then on to the next: nothing twice, nothing never.
        ("2026-01-05 08:29", [1, 0, 0]),
        ("2026-01-05 08:30", [0, 1, 0]),
        ("2026-01-06 08:29", [0, 1, 0]),
        ("2026-01-06 08:30", [0, 0, 1]),
    ],
)
def test_what_returns_is_told_on_exactly_one_morning(
    long_promise: Case, omar: User, amina: Citizen, now: datetime, at: str, days: list[int]
) -> None:
    ask(long_promise, by=omar, at=now, text="ما رقم العداد؟")
    reply(long_promise, by=amina.user, at=moment(at), text="4471")
    late = timedelta(hours=4)
    assert [told(day + late).get("omar", (0,) * 4)[2] for day in (MONDAY, TUESDAY, WEDNESDAY)] == days


def test_sunday_speaks_of_what_returned_since_thursday(
    long_promise: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(long_promise, by=omar, at=now, text="ما رقم العداد؟")
    reply(long_promise, by=amina.user, at=moment("2026-01-08 16:00"), text="4471")
    assert told(moment("2026-01-11 08:30")) == {"omar": (0, 0, 1, 0)}


def test_a_reply_that_was_dealt_with_before_the_morning_is_not_told(
    long_promise: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(long_promise, by=omar, at=now, text="ما رقم العداد؟")
    reply(long_promise, by=amina.user, at=now + timedelta(hours=1), text="4471")
    ask(long_promise, by=omar, at=now + timedelta(hours=2), text="وما رقم الشقة؟")
    assert told(MONDAY) == {}


def test_a_reply_that_did_not_come_returns_the_case(long_promise: Case, omar: User, now: datetime) -> None:
    ask(long_promise, by=omar, at=now, text="ما رقم العداد؟")
    lapse(long_promise, at=moment("2026-01-18 15:31"))
    assert told(moment("2026-01-19 08:30")) == {"omar": (0, 0, 1, 0)}


def test_an_objection_that_was_upheld_returns_the_case(
    long_promise: Case, omar: User, lina: User, amina: Citizen, now: datetime
) -> None:
    close(long_promise, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    object_to(long_promise, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    uphold(long_promise, by=lina, at=now + timedelta(hours=1), days=10, reasons="لم يثبت وصول المياه.")
    assert told(MONDAY) == {"omar": (0, 0, 1, 0)}


def test_a_case_that_was_declined_and_referred_again_has_returned(
    referred: Case, omar: User, yusuf: User, lina: User, water: Agency, gam: Agency, now: datetime
) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text="للأمانة", proposed_agency=gam)
    refer(referred, by=lina, at=now + timedelta(minutes=1), agency=gam)
    # New to Greater Amman, so not returned; due on Tuesday like every new case.
    assert told(MONDAY) == {"yusuf": (0, 1, 0, 0)}
    refer(referred, by=lina, at=MONDAY + timedelta(hours=1), agency=water, reason="حكم الوحدة")
    assert told(TUESDAY) == {"omar": (0, 1, 1, 0)}


def fail(case: Case, template: str) -> Message:
    message = Message.objects.get(reference=case.reference, template=template, recipient__startswith="citizen:")
    message.state = MessageState.UNDELIVERABLE
    message.save(update_fields=["state"])
    return message


def test_each_message_that_did_not_arrive_counts(long_promise: Case, file_case: FileCase, now: datetime) -> None:
    fail(long_promise, "case_received")
    assert told(MONDAY) == {"omar": (0, 0, 0, 1)}
    fail(long_promise, "case_accepted")
    fail(file_case(at=TUESDAY - timedelta(minutes=30)), "case_received")
    assert told(TUESDAY) == {"omar": (0, 1, 0, 3)}


def test_the_cases_of_others_are_not_counted(long_promise: Case, yusuf: User, gam: Agency) -> None:
    fail(long_promise, "case_accepted")
    assert "yusuf" not in told(MONDAY)


def test_a_message_that_reached_its_citizen_by_another_way_did_not_fail(long_promise: Case) -> None:
    lost = fail(long_promise, "case_accepted")
    again = Message.objects.get(pk=lost.pk)
    again.pk, again.channel, again.token, again.state, again.repeats = (
        uuid4(),
        "email",
        None,
        MessageState.DELIVERED,
        lost,
    )
    again.save(force_insert=True)
    assert told(MONDAY) == {}
    Message.objects.filter(pk=again.pk).update(state=MessageState.UNDELIVERABLE)
    assert told(TUESDAY) == {"omar": (0, 0, 0, 1)}


def test_a_citizen_who_was_told_by_telephone_was_reached(long_promise: Case) -> None:
    task = CallTask.objects.create(message=fail(long_promise, "case_accepted"))
    assert told(MONDAY) == {"omar": (0, 0, 0, 1)}
    CallTask.objects.filter(pk=task.pk).update(done_at=TUESDAY, outcome="reached")
    assert told(TUESDAY) == {}


def test_a_failed_message_to_staff_is_not_the_citizens(long_promise: Case) -> None:
    Message.objects.filter(template="officer_new_case").update(state=MessageState.UNDELIVERABLE)
    assert told(MONDAY) == {}


def test_a_failed_message_of_a_closed_case_is_not_counted(long_promise: Case, amina: Citizen, now: datetime) -> None:
    fail(long_promise, "case_accepted")
    withdraw(long_promise, by=amina.user, at=now)
    assert told(MONDAY) == {}


@pytest.fixture
@prepared
def statements(file_case: FileCase) -> Callable[[int], int]:
    """Return a function that makes so many agencies with as many officers and counts the statements of a morning."""

    def measure(count: int) -> int:
        for number in range(count):
            agency = make_agency(f"a{number}", f"جهة {number}", f"Agency {number}")
            for officer in range(count):
                name = f"officer{officer}@a{number}.example"
                phone = f"+96279{number:03}{officer:04}"
                make_staff(name, "ضابط", "Officer", phone, agency, Role.OFFICER)
            fail(file_case(agency=agency), "case_received")
        editions.in_force()  # read twice a minute, whoever writes
        with CaptureQueriesContext(
            connection,
        ) as spent:
            assert digest.send(at=MONDAY) == count * count
        return len(spent)

    return measure


@pytest.mark.parametrize("count", [1, 3])
def test_more_agencies_and_officers_take_no_more_statements(statements: Callable[[int], int], count: int) -> None:
    # Calendar, done already?, absences, roles, people, decisions, four counts, three for the only one of the unit,
    # failing rows and messages; the ends of two savepoints.
    assert statements(count) == 19


@pytest.mark.usefixtures("referred")
def test_further_runs_of_the_day_take_two_statements() -> None:
    digest.send(at=MONDAY)
    with CaptureQueriesContext(connection) as spent:
        digest.send(at=MONDAY + timedelta(minutes=5))
    assert len(spent) == 2
