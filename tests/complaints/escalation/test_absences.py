"""Who sits at a desk, who acts for whom, and work that changes hands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.models import Absence, Citizen, Membership, User
from accounts.roles import Role
from accounts.staff.absences import AlreadyAway, DeputyAway, end_absence, plan_absence
from agencies.calendar import AMMAN
from agencies.models import Agency, Holiday
from complaints.actions import accept, ask, close, note
from complaints.case_text.history import actor_label
from complaints.engine.history import first_forged
from complaints.engine.transition import NotEntitled
from complaints.escalation import absences
from complaints.escalation.absences import inactive_since, unassign_inactive
from complaints.models import Case
from notifications.models import Message
from tests.cast import give_role, make_staff, sign_in
from tests.complaints import DONE, FOUND
from tests.prepared_rows import prepared

type FileCase = Callable[..., Case]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of January 2026, which begins its first working week on Sunday the 4th."""
    return datetime(2026, 1, day, hour, minute, tzinfo=AMMAN)


@pytest.fixture
@prepared
def rana(water: Agency) -> User:
    """Another officer of the water company."""
    return make_staff("rana@miyahuna.example", "رنا الزعبي", "Rana Zoubi", "+962790100021", water, Role.OFFICER)


def last(case: Case) -> tuple[str, User | None, User | None]:
    event = case.events.select_related("actor", "on_behalf_of").latest("number")
    return event.action, event.actor, event.on_behalf_of


# ---- deputies ----


@pytest.mark.django_db
def test_an_event_of_a_deputy_names_both_persons(
    accepted: Case, omar: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    note(accepted, by=yusuf, at=now, text="اتصلت بالفرقة")
    assert last(accepted) == ("note", yusuf, omar)
    with translation.override("en"):
        assert actor_label(accepted.events.latest("number"), accepted) == "Yusuf Owais for Omar Smadi"
    close(accepted, by=yusuf, at=now, outcome="solved", found=FOUND, done=DONE)
    assert last(accepted) == ("close", yusuf, omar)
    assert first_forged(accepted.events.order_by("number")) is None


@pytest.mark.django_db
def test_whoever_has_the_role_acts_in_the_own_name_although_a_colleague_is_away(
    referred: Case, omar: User, rana: User, nadia: User, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=rana, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    Absence.objects.create(user=nadia, deputy=rana, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    accept(referred, by=rana, at=now, days=2)
    assert last(referred) == ("accept", rana, None)


@pytest.mark.django_db
def test_the_deputy_of_a_supervisor_grants_in_the_supervisors_place(
    accepted: Case, omar: User, rana: User, nadia: User, now: datetime
) -> None:
    from complaints.actions import extend, propose_extension

    Absence.objects.create(user=nadia, deputy=rana, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    propose_extension(accepted, by=omar, at=now, days=2, reason="قطعة غيار")
    extend(accepted, by=rana, at=now)
    assert last(accepted) == ("extend", rana, nadia)


@pytest.mark.django_db
def test_after_the_absence_the_deputy_is_a_stranger_again(accepted: Case, omar: User, yusuf: User) -> None:
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    with pytest.raises(NotEntitled):
        note(accepted, by=yusuf, at=at(9, 10), text="اتصلت بالفرقة")


# ---- absences ----


@pytest.mark.django_db
def test_absences_do_not_meet(omar: User, rana: User, nadia: User) -> None:
    plan = plan_absence
    planned = plan(omar, deputy=rana, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 8))
    with pytest.raises(AlreadyAway):
        plan(omar, deputy=nadia, starts_on=date(2026, 1, 8), ends_on=date(2026, 1, 9))
    with pytest.raises(DeputyAway):
        plan(nadia, deputy=omar, starts_on=date(2026, 1, 8), ends_on=date(2026, 1, 9))
    with pytest.raises(DeputyAway):
        plan(rana, deputy=nadia, starts_on=date(2026, 1, 8), ends_on=date(2026, 1, 9))
    end_absence(planned, on=date(2026, 1, 7))
    planned.refresh_from_db()
    assert planned.ends_on == date(2026, 1, 6)
    plan(rana, deputy=nadia, starts_on=date(2026, 1, 8), ends_on=date(2026, 1, 9))
    end_absence(planned, on=date(2026, 1, 4))
    assert not Absence.objects.filter(pk=planned.pk).exists()


# ---- one act ----


@pytest.mark.django_db
def test_all_open_cases_change_hands_in_one_act(
    file_case: FileCase, omar: User, rana: User, nadia: User, water: Agency, now: datetime
) -> None:
    cases = [file_case() for _ in range(4)]
    for case in cases:
        accept(case, by=omar, at=now, days=5)
    ask(cases[1], by=omar, at=now, text="ما رقم العداد؟")
    close(cases[2], by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    deadlines = {case.pk: Case.objects.get(pk=case.pk).deadline_at for case in cases}
    done = absences.reassign(water, omar, rana, by=nadia, at=at(5, 9))
    assert (done.moved, done.kept) == (3, 0)
    assert [Case.objects.get(pk=case.pk).officer for case in cases] == [rana, rana, omar, rana]
    assert last(cases[0]) == ("assign", nadia, None)
    assert cases[0].events.latest("number").facts == {"officer": str(rana.pk), "before": str(omar.pk)}
    # No time limit begins anew.
    assert {case.pk: Case.objects.get(pk=case.pk).deadline_at for case in cases} == deadlines
    assert [message.address for message in Message.objects.filter(template="officer_took_over")] == [rana.email]
    assert absences.reassign(water, omar, rana, by=nadia, at=at(5, 9)).moved == 0


@pytest.mark.django_db
def test_a_case_of_the_takers_own_stays(
    accepted: Case, amina: Citizen, omar: User, rana: User, nadia: User, water: Agency
) -> None:
    User.objects.filter(pk=rana.pk).update(person=amina)
    done = absences.reassign(water, omar, User.objects.get(pk=rana.pk), by=nadia, at=at(5, 9))
    assert (done.moved, done.kept, Case.objects.get(pk=accepted.pk).officer) == (0, 1, omar)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["omar", "yusuf", "lina"])
def test_only_the_supervisor_hands_over(
    name: str, accepted: Case, omar: User, rana: User, lina: User, yusuf: User, water: Agency
) -> None:
    by = {"omar": omar, "yusuf": yusuf, "lina": lina}[name]
    with pytest.raises(NotEntitled):
        absences.reassign(water, omar, rana, by=by, at=at(5, 9))


@pytest.mark.django_db
def test_nothing_is_handed_to_a_stranger(accepted: Case, omar: User, yusuf: User, nadia: User, water: Agency) -> None:
    with pytest.raises(NotEntitled):
        absences.reassign(water, omar, yusuf, by=nadia, at=at(5, 9))


# ---- silence ----


@pytest.mark.django_db
def test_silence_is_counted_in_working_hours(water: Agency) -> None:
    # Three days of seven hours before Wednesday noon: Sunday noon.
    assert inactive_since(at(7, 12)) == at(4, 12)
    # On Sunday morning, before the opening, over the weekend.
    assert inactive_since(at(11, 8)) == at(6, 8, 30)
    Holiday.objects.create(on=date(2026, 1, 6), name_ar="عطلة", name_en="Day off")
    assert inactive_since(at(11, 8)) == at(5, 8, 30)


def seen(user: User, moment: datetime) -> None:
    User.objects.filter(pk=user.pk).update(last_login=moment, created_at=at(1, 8))


@pytest.mark.django_db
def test_the_cases_of_a_silent_officer_wait_for_somebody_else_and_the_supervisor_is_told_once(
    file_case: FileCase, omar: User, rana: User, nadia: User, now: datetime
) -> None:
    cases = [file_case(), file_case()]
    for case in cases:
        accept(case, by=omar, at=now, days=5)
    other = file_case()
    accept(other, by=rana, at=now, days=5)
    seen(omar, at(4, 9))
    seen(rana, at(6, 9))
    assert unassign_inactive(at=at(6, 15)) == 0
    assert [unassign_inactive(at=at(7, 12)), unassign_inactive(at=at(7, 12, 15))] == [2, 0]
    assert [Case.objects.get(pk=case.pk).officer for case in (*cases, other)] == [None, None, rana]
    assert last(cases[0]) == ("assign", None, None)
    assert cases[0].events.latest("number").facts == {"officer": None, "before": str(omar.pk)}
    assert [message.address for message in Message.objects.filter(template="officer_silent")] == [nadia.email]
    # Given back to the silent officer, they are not taken at once, and nobody is told again of the same silence.
    absences._assign(Case.objects.get(pk=cases[0].pk), omar, by=nadia, at=at(7, 13))
    assert unassign_inactive(at=at(8, 13)) == 0
    seen(rana, at(11, 9))
    assert unassign_inactive(at=at(12, 14)) == 1
    assert Message.objects.filter(template="officer_silent").count() == 1


@pytest.mark.django_db
def test_a_deputy_who_acts_is_no_silence(accepted: Case, omar: User, rana: User, nadia: User) -> None:
    seen(omar, at(3, 9))
    away = Absence.objects.create(user=omar, deputy=rana, starts_on=date(2026, 1, 4), ends_on=date(2026, 1, 8))
    assert unassign_inactive(at=at(8, 12)) == 0
    away.delete()
    assert unassign_inactive(at=at(8, 12)) == 1


@pytest.mark.django_db
def test_without_a_supervisor_the_unit_is_told(accepted: Case, omar: User, lina: User) -> None:
    seen(omar, at(3, 9))
    assert unassign_inactive(at=at(8, 12)) == 1
    assert [message.address for message in Message.objects.filter(template="officer_silent")] == [lina.email]


# ---- the pages ----


@pytest.fixture
def at_work(client: Client, nadia: User, time_machine, now: datetime) -> Client:
    time_machine.move_to(now, tick=False)
    return sign_in(client, nadia)


@pytest.mark.django_db
def test_the_page_lists_the_people_of_the_desk_and_those_who_left(
    at_work: Client, accepted: Case, rana: User, omar: User, now: datetime
) -> None:
    Membership.objects.filter(user=omar).update(ends_on=date(2026, 1, 3))
    seen(rana, now)
    plan_absence(rana, deputy=None, starts_on=date(2026, 1, 6), ends_on=date(2026, 1, 7))
    page = at_work.get("/en/staff/officers/")
    rows = {seat.user.name_en: (seat.cases, seat.has_left, len(seat.absences)) for seat in page.context["members"]}
    assert rows == {"Omar Smadi": (1, True, 0), "Rana Zoubi": (0, False, 1), "Nadia Shara": (0, False, 0)}
    assert "No longer with this agency" in page.content.decode()


@pytest.mark.django_db
def test_an_absence_is_planned_and_ended_on_the_page(at_work: Client, omar: User, rana: User) -> None:
    sent = {"officer": str(omar.pk), "deputy": str(rana.pk), "starts_on": "5/1/2026", "ends_on": "٨/١/٢٠٢٦"}
    assert at_work.post("/en/staff/officers/absence/", sent).status_code == 302
    planned = Absence.objects.get()
    assert (planned.user, planned.deputy, planned.starts_on, planned.ends_on) == (
        omar, rana, date(2026, 1, 5), date(2026, 1, 8),
    )  # fmt: skip
    assert at_work.post("/en/staff/officers/absence/end/", {"absence": planned.pk}).status_code == 302
    assert Absence.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"starts_on": "3/1/2026"}, "starts_on"),
        ({"starts_on": "31/2/2026"}, "starts_on"),
        ({"starts_on": "morgen"}, "starts_on"),
        ({"starts_on": "5/1/2028", "ends_on": "6/1/2028"}, "starts_on"),
        ({"ends_on": "4/1/2026"}, "ends_on"),
        ({"ends_on": "5/5/2028"}, "ends_on"),
        ({"ends_on": ""}, "ends_on"),
        ({"deputy": "omar"}, "deputy"),
        ({"deputy": "yusuf"}, "deputy"),
        ({"officer": "yusuf"}, "officer"),
        ({"officer": "x\0"}, "officer"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field(
    wrong: dict[str, str], where: str, at_work: Client, omar: User, rana: User, yusuf: User
) -> None:
    people = {"omar": str(omar.pk), "yusuf": str(yusuf.pk)}
    sent = {"officer": str(omar.pk), "deputy": str(rana.pk), "starts_on": "5/1/2026", "ends_on": "8/1/2026"}
    page = at_work.post(
        "/en/staff/officers/absence/", sent | {name: people.get(value, value) for name, value in wrong.items()}
    )
    assert (page.status_code, list(page.context["form"].errors), Absence.objects.count()) == (200, [where], 0)


@pytest.mark.django_db
def test_absences_that_meet_are_said_beside_their_field(at_work: Client, omar: User, rana: User, nadia: User) -> None:
    plan_absence(rana, deputy=nadia, starts_on=date(2026, 1, 6), ends_on=date(2026, 1, 7))
    sent = {"officer": str(omar.pk), "deputy": str(rana.pk), "starts_on": "5/1/2026", "ends_on": "8/1/2026"}
    page = at_work.post("/en/staff/officers/absence/", sent)
    assert list(page.context["form"].errors) == ["deputy"]
    page = at_work.post("/en/staff/officers/absence/", sent | {"officer": str(rana.pk), "deputy": str(omar.pk)})
    assert list(page.context["form"].errors) == ["starts_on"]


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "where"), [(Role.CMU_STAFF, "cmu"), (Role.OFFICER, "gam"), (Role.OPERATOR, None)])
def test_nobody_gets_a_role_of_another_office_as_a_deputy_but_from_the_unit(
    at_work: Client, omar: User, nadia: User, lina: User, gam: Agency, role: Role, where: str | None
) -> None:
    agency = Agency.objects.get(code=where) if where else None
    give_role(omar, agency, role, starts_on=date(2026, 1, 6))
    sent = {"officer": str(omar.pk), "deputy": str(nadia.pk), "starts_on": "5/1/2026", "ends_on": "8/1/2026"}
    page = at_work.post("/en/staff/officers/absence/", sent)
    assert (list(page.context["form"].errors), Absence.objects.count()) == (["officer"], 0)
    unit = sign_in(Client(), lina)
    assert unit.post("/en/staff/officers/absence/?agency=miyahuna", sent).status_code == 302


@pytest.mark.django_db
def test_all_cases_are_given_away_on_the_page(at_work: Client, accepted: Case, omar: User, rana: User) -> None:
    address = f"/en/staff/officers/reassign/?officer={omar.pk}"
    assert at_work.get(address).context["form"].initial == {"giver": str(omar.pk)}
    wrong = at_work.post(address, {"giver": str(omar.pk), "taker": str(omar.pk)})
    assert list(wrong.context["form"].errors) == ["taker"]
    assert at_work.post(address, {"giver": str(omar.pk), "taker": str(rana.pk)}).status_code == 302
    assert Case.objects.get(pk=accepted.pk).officer == rana
    assert at_work.get("/en/staff/officers/reassign/").status_code == 200


@pytest.mark.django_db
def test_a_strangers_desk_does_not_exist(
    at_work: Client, accepted: Case, omar: User, yusuf: User, gam: Agency, lina: User, water: Agency
) -> None:
    """Neither for a supervisor elsewhere nor for an officer; the unit watches every desk and hands over at none."""
    away = plan_absence(yusuf, deputy=None, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 6))
    for name in ("officers", "officers-absence", "officers-reassign"):
        assert at_work.get(f"{reverse(name)}?agency=gam").status_code == 404
    assert at_work.post(reverse("officers-absence-end"), {"absence": away.pk}).status_code == 404
    assert at_work.post(reverse("officers-absence-end"), {"absence": "٤"}).status_code == 404
    assert at_work.post(reverse("officers-absence-end"), {"absence": "9" * 5000}).status_code == 404
    assert sign_in(Client(), yusuf).get(reverse("officers")).status_code == 404
    unit = sign_in(Client(), lina)
    assert unit.get(f"{reverse('officers')}?agency=gam").context["agency"] == gam
    assert unit.get(f"{reverse('officers-reassign')}?agency=gam").status_code == 404


@pytest.mark.django_db
def test_the_page_costs_the_same_for_one_and_for_three(
    at_work: Client, file_case: FileCase, omar: User, water: Agency, now: datetime
) -> None:
    def cost(number: int) -> int:
        other = make_staff(f"o{number}@miyahuna.example", "أحمد", "Ahmad", f"+96279010004{number}", water, Role.OFFICER)
        plan_absence(other, deputy=omar, starts_on=date(2026, 1, 6), ends_on=date(2026, 1, 7))
        accept(file_case(), by=other, at=now, days=2)
        with CaptureQueriesContext(connection) as statements:
            assert at_work.get("/en/staff/officers/").status_code == 200
        return len(statements)

    at_work.get("/en/staff/officers/")
    first = cost(1)
    cost(2)
    assert cost(3) == first
