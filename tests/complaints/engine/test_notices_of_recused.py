"""Nobody is told of a case about themselves: notices of the desk, reminders, the ladder, the digest, thanks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Absence, User
from accounts.roles import Role
from agencies.calendar import AMMAN
from agencies.models import Agency
from complaints.actions import accept, add, assign, deliver, recuse, remind_officer
from complaints.actions.decisions import NobodyToRemind
from complaints.escalation import digest, ladder
from complaints.models import Case, ClockStep
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints import RECUSAL_REASON
from tests.complaints.actions.test_praise import NAME, thanks
from tests.complaints.cases import FileCase
from tests.complaints.escalation.mornings import MONDAY, told as digests

pytestmark = pytest.mark.usefixtures("clock", "english")

__all__ = ["thanks"]


def told(template: str) -> set[str]:
    sent = Message.objects.filter(template=template, channel="email")
    return {message.address.partition("@")[0] for message in sent}


def steps(case: Case) -> list[str]:
    return list(ClockStep.objects.filter(clock__case=case).order_by("taken_at", "pk").values_list("step", flat=True))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=AMMAN)


def test_the_citizens_addition_reaches_the_others_alone(
    referred: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    add(referred, by=referred.citizen.user, at=now, text="ما زال الماء مقطوعًا")
    assert told("officer_added") == {"hani"}


def test_what_has_not_left_yet_is_not_said_to_them_any_more(
    referred: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    add(referred, by=referred.citizen.user, at=now, text="ما زال الماء مقطوعًا")
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    states = {
        user: set(Message.objects.filter(recipient=f"user:{user.pk}").values_list("state", flat=True))
        for user in (omar, hani)
    }
    assert states == {omar: {"cancelled"}, hani: {"pending"}}


def test_where_it_is_about_all_officers_the_supervisor_is_told_and_then_the_unit(
    referred: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    add(referred, by=referred.citizen.user, at=now, text="ما زال الماء مقطوعًا")
    assert told("officer_added") == {"nadia"}
    recuse(referred, by=nadia, at=now, person=nadia, text=RECUSAL_REASON)
    add(referred, by=referred.citizen.user, at=now, text="وما زال مقطوعًا اليوم")
    assert told("officer_added") == {"nadia", "lina"}


def test_a_deputy_hears_nothing_in_their_place(
    referred: Case, omar: User, hani: User, yusuf: User, nadia: User, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=now.date(), ends_on=now.date())
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    add(referred, by=referred.citizen.user, at=now, text="ما زال الماء مقطوعًا")
    assert told("officer_added") == {"hani"}


def test_the_unit_is_told_without_its_own_member(triaged: Case, lina: User, rami: User, now: datetime) -> None:
    recuse(triaged, by=rami, at=now, person=lina, text=RECUSAL_REASON)
    add(triaged, by=triaged.citizen.user, at=now, text="ما زال الماء مقطوعًا")
    assert told("officer_added") == {"rami"}


def test_a_reminder_goes_to_the_others(referred: Case, omar: User, hani: User, nadia: User, now: datetime) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    remind_officer(referred, by=nadia, at=now)
    assert told("officer_reminded") == {"hani"}


def test_with_nobody_else_there_is_nobody_to_remind(referred: Case, omar: User, nadia: User, now: datetime) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(NobodyToRemind):
        remind_officer(referred, by=nadia, at=now)


def test_not_the_officers_deputy_either_when_it_is_about_the_deputy(
    accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    tariq = make_staff("tariq@x.example", "طارق نجم", "Tariq Najm", "+962790100019", _water(accepted), Role.OFFICER)
    Absence.objects.create(user=omar, deputy=hani, starts_on=now.date(), ends_on=now.date())
    recuse(accepted, by=nadia, at=now, person=hani, text=RECUSAL_REASON)
    accepted.refresh_from_db()
    assert accepted.officer == omar
    remind_officer(accepted, by=nadia, at=now)
    assert told("officer_reminded") == {tariq.email.partition("@")[0]}


def _water(case: Case) -> Agency:
    assert case.agency is not None
    return case.agency


def test_the_clocks_reminder_passes_them_over(
    referred: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    ladder.sweep(at=at(5, 14))
    assert told("officer_reminder") == {"hani"}


def test_a_rung_of_whom_it_is_about_is_passed_over_like_an_empty_one(
    accepted: Case, omar: User, nadia: User, samar: User, lina: User, now: datetime
) -> None:
    recuse(accepted, by=lina, at=now, person=nadia, text=RECUSAL_REASON)
    ladder.sweep(at=at(11, 15, 31))
    assert steps(accepted) == ["no_supervisor", "secretary_general"]
    assert told("ladder_late") == set()


def test_the_secretary_general_is_passed_over_too(
    accepted: Case, omar: User, nadia: User, samar: User, lina: User, now: datetime
) -> None:
    recuse(accepted, by=lina, at=now, person=samar, text=RECUSAL_REASON)
    ladder.sweep(at=at(11, 15, 31))
    ladder.sweep(at=at(11, 15, 31) + timedelta(days=30))
    assert "samar" not in told("ladder_late")
    assert {"no_secretary_general", "supervisor"} <= set(steps(accepted))


def test_the_morning_counts_it_for_the_others(
    file_case: FileCase, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    first, second = file_case(), file_case(subject="لا ماء في حارتنا")
    recuse(first, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    found = digests(MONDAY + timedelta(days=1))
    assert {name: sum(numbers) for name, numbers in found.items()} == {"omar": 1, "hani": 2, "nadia": 2}
    assert second.pk


def test_who_has_only_cases_about_themselves_gets_no_digest(
    referred: Case, omar: User, hani: User, nadia: User, lina: User, now: datetime
) -> None:
    for person in (omar, nadia):
        recuse(referred, by=lina, at=now, person=person, text=RECUSAL_REASON)
    assert set(digests(MONDAY + timedelta(days=1))) == {"hani"}


def test_a_deputy_counts_only_what_somebody_they_stand_in_for_may_handle(
    referred: Case, omar: User, hani: User, yusuf: User, nadia: User, now: datetime
) -> None:
    tomorrow = (MONDAY + timedelta(days=1)).date()
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=tomorrow, ends_on=tomorrow)
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert set(digests(MONDAY + timedelta(days=1))) == {"hani", "nadia"}
    readers = {reader.user: reader for reader in digest.digest_readers(tomorrow)}
    assert readers[yusuf].instead == {_water(referred).pk: frozenset({omar.pk})}


def test_thanks_do_not_go_to_the_supervisor_they_are_about(
    file_case: FileCase, thanks: object, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(kind="praise", topic=thanks, employee=nadia.name_ar)
    deliver(case, by=omar, at=now)
    assert told("praise_passed_on") == set()
    other = file_case(kind="praise", topic=thanks, employee=NAME)
    deliver(other, by=omar, at=now)
    assert told("praise_passed_on") == {"nadia"}


def test_the_new_officer_is_told_as_ever(accepted: Case, omar: User, hani: User, nadia: User, now: datetime) -> None:
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assign(accepted, by=nadia, at=now, officer=hani)
    assert told("officer_assigned") == {"hani"}


def test_what_the_officer_owes_goes_to_the_supervisor_who_gives_it_away(
    file_case: FileCase, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    case = file_case()
    accept(case, by=omar, at=now, days=5)
    recuse(case, by=omar, at=now, person=omar, text=RECUSAL_REASON)
    letter = Message.objects.get(template="officer_aside", channel="email")
    assert (letter.address, case.reference in letter.body, RECUSAL_REASON in letter.body) == (nadia.email, True, False)
