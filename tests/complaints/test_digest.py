"""The morning's e-mail to the desks: when it is written, to whom, and what it counts."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Holiday, Period, Topic, WorkingHours
from complaints.actions import accept, ask, close, decline, lapse, object_to, refer, reply, uphold, withdraw
from complaints.escalation import digest, tasks
from complaints.models import Case
from notifications.models import CallTask, Message, MessageState
from notifications.wordings import editions
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.conftest import FileCase

AMMAN = ZoneInfo("Asia/Amman")
type Told = dict[str, tuple[int, int, int, int]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


MONDAY = moment("2026-01-05 08:30")
TUESDAY = moment("2026-01-06 08:30")
WEDNESDAY = moment("2026-01-07 08:30")


def told(at: datetime) -> Told:
    """Send the digests at ``at`` and return who got which: due today, at risk, returned, failed."""
    digest.send(at=at)
    return told_on(at)


def told_on(at: datetime) -> Told:
    names = {f"user:{user.pk}": user.email.partition("@")[0] for user in User.objects.all()}
    found = {}
    for message in Message.objects.filter(template="officer_digest", occasion=f"digest:{timezone.localdate(at)}"):
        said = json.loads(message.context)
        numbers = tuple(int(said[key]) for key in ("due_today", "at_risk", "returned", "failed"))
        found[names[message.recipient]] = numbers
    return found  # type: ignore[return-value]


# ---- when ----


@pytest.mark.usefixtures("referred")
@pytest.mark.parametrize(
    ("at", "is_written"),
    [
        ("2026-01-05 08:29", False),
        ("2026-01-05 08:30", True),
        ("2026-01-05 11:00", True),
        ("2026-01-05 15:29", True),
        ("2026-01-05 15:30", False),
        ("2026-01-05 00:10", False),
        ("2026-01-09 08:30", False),
        ("2026-01-10 08:30", False),
        ("2026-01-11 08:30", False),
        ("2026-01-12 08:30", True),
        ("2026-02-18 08:30", False),
        ("2026-02-18 09:00", True),
        ("2026-02-18 14:30", False),
    ],
)
def test_it_is_written_in_the_hours_of_a_working_day_and_at_no_other_time(
    hours: WorkingHours, at: str, *, is_written: bool
) -> None:
    WorkingHours.objects.create(
        period=Period.RAMADAN,
        starts_on=date(2026, 2, 18),
        ends_on=date(2026, 3, 19),
        opens=time(9),
        closes=time(14, 30),
    )
    Holiday.objects.create(on=date(2026, 1, 11), name_ar="عطلة", name_en="Day off")
    assert (digest.send(at=moment(at)) > 0) == is_written


@pytest.mark.usefixtures("referred")
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 11, 1)])
def test_opening_time_is_half_past_five_in_utc_all_year(day: date) -> None:
    opening = datetime.combine(day, time(5, 30), UTC)
    assert (digest.send(at=opening - timedelta(minutes=1)), digest.send(at=opening)) == (0, 1)


@pytest.mark.usefixtures("referred")
def test_any_number_of_runs_writes_one(file_case: FileCase) -> None:
    assert [digest.send(at=MONDAY + timedelta(minutes=5 * n)) for n in range(3)] == [1, 0, 0]
    file_case(at=MONDAY)
    assert digest.send(at=MONDAY + timedelta(hours=2)) == 0
    assert told_on(MONDAY) == {"omar": (0, 1, 0, 0)}
    assert told(TUESDAY) == {"omar": (1, 1, 0, 0)}


@pytest.mark.usefixtures("referred")
def test_the_task_looks_at_the_clock_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: MONDAY)
    assert (tasks.send_digests(), tasks.send_digests()) == (1, 0)


@pytest.mark.usefixtures("referred")
def test_a_late_run_counts_as_one_at_opening_time() -> None:
    assert told(MONDAY + timedelta(hours=5)) == {"omar": (0, 1, 0, 0)}


@pytest.mark.usefixtures("referred")
def test_it_is_worthless_once_offices_close(omar: User) -> None:
    digest.send(at=MONDAY)
    message = Message.objects.get(template="officer_digest")
    assert (message.channel, message.address, message.expires_at) == (
        "email",
        omar.email,
        MONDAY.replace(hour=15, minute=30),
    )


@pytest.mark.parametrize(("language", "queue"), [("ar", "/ar/staff/queue/"), ("en", "/en/staff/queue/")])
@pytest.mark.usefixtures("referred")
def test_it_speaks_the_readers_language_and_leads_to_the_queue(omar: User, language: str, queue: str) -> None:
    omar.language = language
    omar.save(update_fields=["language"])
    digest.send(at=MONDAY)
    message = Message.objects.get(template="officer_digest")
    assert (message.language, queue in message.body, "5/1/2026" in message.subject) == (language, True, True)
    assert (message.reference, message.token) == ("", None)


# ---- to whom ----


def test_nobody_is_written_to_who_has_nothing_to_hear(omar: User, yusuf: User, lina: User) -> None:
    assert (digest.send(at=MONDAY), Message.objects.count()) == (0, 0)


@pytest.mark.usefixtures("referred")
def test_each_desk_hears_of_its_own_agency_alone(
    file_case: FileCase, nadia: User, yusuf: User, lina: User, gam: Agency
) -> None:
    file_case()
    file_case(agency=gam)
    file_case(agency=None)
    assert told(MONDAY) == {"omar": (0, 2, 0, 0), "nadia": (0, 2, 0, 0), "yusuf": (0, 1, 0, 0)}


@pytest.mark.usefixtures("referred")
def test_the_deputy_reads_it_in_place_of_whoever_is_away(omar: User, nadia: User, yusuf: User) -> None:
    away = Absence.objects.create(user=omar, deputy=yusuf, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 5))
    assert told(MONDAY) == {"yusuf": (0, 1, 0, 0), "nadia": (0, 1, 0, 0)}
    assert told(TUESDAY) == {"omar": (1, 0, 0, 0), "nadia": (1, 0, 0, 0)}
    away.deputy = None
    away.ends_on = date(2026, 1, 7)
    away.save()
    assert told(WEDNESDAY) == {"nadia": (1, 0, 0, 0)}


def test_a_deputy_of_another_agency_hears_of_both(file_case: FileCase, omar: User, yusuf: User, gam: Agency) -> None:
    file_case()
    file_case(agency=gam)
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 5))
    assert told(MONDAY) == {"yusuf": (0, 2, 0, 0)}


@pytest.mark.usefixtures("referred")
@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR])
def test_whoever_left_hears_nothing(water: Agency, role: Role) -> None:
    gone = make_staff("gone@miyahuna.example", "راحل", "Gone", "+962790100009", water, role)
    gone.memberships.update(ends_on=date(2026, 1, 4))
    barred = make_staff("barred@miyahuna.example", "موقوف", "Barred", "+962790100010", water, role)
    barred.is_active = False
    barred.save(update_fields=["is_active"])
    assert told(MONDAY) == {"omar": (0, 1, 0, 0)}


@pytest.mark.usefixtures("nadia")
def test_nobody_hears_of_a_case_of_their_own(file_case: FileCase, amina: Citizen, karim: Citizen, omar: User) -> None:
    omar.person = karim
    omar.save(update_fields=["person"])
    file_case()
    file_case(citizen=karim)
    assert told(MONDAY) == {"omar": (0, 1, 0, 0), "nadia": (0, 2, 0, 0)}


# ---- what it counts: due today, at risk ----


def test_due_is_what_the_desk_owes_today_and_what_it_owes_already(referred: Case, omar: User) -> None:
    assert [told(at)["omar"] for at in (MONDAY, TUESDAY, WEDNESDAY)] == [(0, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0, 0)]


def test_a_promise_far_away_is_no_risk_yet(accepted: Case) -> None:
    # Promised for Sunday the 11th.
    assert [told(at) for at in (MONDAY, TUESDAY, WEDNESDAY)] == [{}, {}, {}]


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


# ---- returned ----


@pytest.fixture
def far(outage: Topic) -> None:
    """A topic with so much time that nothing is due in these days."""
    outage.limit_days = 30
    outage.save(update_fields=["limit_days"])


@pytest.fixture
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


# ---- failed ----


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
    assert told(TUESDAY) == {"omar": (0, 0, 0, 3)}


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


# ---- what it costs ----


@pytest.fixture
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
    # Calendar, done already?, absences, roles, people, three counts, messages and a look, two ends of a savepoint.
    assert statements(count) == 12


@pytest.mark.usefixtures("referred")
def test_further_runs_of_the_day_take_two_statements() -> None:
    digest.send(at=MONDAY)
    with CaptureQueriesContext(connection) as spent:
        digest.send(at=MONDAY + timedelta(minutes=5))
    assert len(spent) == 2
