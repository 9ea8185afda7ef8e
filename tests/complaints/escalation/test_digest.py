"""The morning's e-mail to the desks: when it is written, and to whom."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Holiday, Period, WorkingHours
from complaints.escalation import digest, tasks
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints.cases import FileCase
from tests.complaints.escalation.mornings import MONDAY, TUESDAY, WEDNESDAY, moment, told, told_on

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
