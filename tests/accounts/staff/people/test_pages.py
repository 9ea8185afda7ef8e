"""The pages of people: who opens them, what they show, and that each act goes through the one door."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Absence, Citizen, StaffChange, User
from accounts.roles import Role
from accounts.staff.memberships import RoleTerms, propose
from agencies.models import Agency
from notifications import outbox
from notifications.models import Channel, Message
from tests.cast import make_staff, sign_in
from tests.ui.bidi import reversed_numbers

TODAY = date(2026, 1, 4)


@pytest.fixture(autouse=True)
def _today(time_machine, now: datetime) -> None:
    time_machine.move_to(now, tick=False)


def en(name: str, *args: object) -> str:
    return reverse(name, args=args).replace("/ar/", "/en/", 1)


def role(**fields: str) -> dict[str, str]:
    day = {"starts_on_day": "4", "starts_on_month": "1", "starts_on_year": "2026"}
    return {"role": "officer", "agency": "miyahuna", "directorate": "", **day, **fields}


def new(**fields: str) -> dict[str, str]:
    person = {
        "email": "Salma@Miyahuna.example",
        "name_ar": "سلمى حداد",
        "name_en": "Salma Haddad",
        "language": "ar",
        "phone": "",
    }
    return {**role(), **person, **fields}


def statements(client: Client, url: str) -> int:
    """Return how many statements a page takes; the first of a session writes the session too."""
    client.get(url)
    with CaptureQueriesContext(connection) as counted:
        assert client.get(url).status_code == 200
    return len(counted)


def test_the_unit_invites_an_officer(unit: Client, water: Agency) -> None:
    assert unit.get(en("people-invite")).status_code == 200
    answer = unit.post(en("people-invite"), new(), follow=True)
    made = User.objects.get(login="salma@miyahuna.example")
    assert answer.redirect_chain == [(en("person", made.pk), 302)]
    assert "The role is given" in answer.content.decode()
    again = unit.post(en("people-invite"), new())
    assert list(again.context["form"].errors) == ["email"]
    wrong = unit.post(
        en("people-invite"), new(email="x", agency="", ends_on_day="3", ends_on_month="1", ends_on_year="2026")
    )
    assert sorted(wrong.context["form"].errors) == ["agency", "email", "ends_on"]
    past = unit.post(en("people-invite"), new(email="y@y.example", starts_on_day="3", role="directorate_member"))
    assert sorted(past.context["form"].errors) == ["directorate", "starts_on"]
    assert unit.post(en("person-invitation", made.pk), {"again": "1"}).status_code == 302
    assert unit.post(en("person-invitation", made.pk), {"withdraw": "1"}).status_code == 302
    page = unit.get(en("person", made.pk)).content.decode()
    assert ("Invitation withdrawn" in page, Message.objects.filter(template="staff_invitation").count()) == (True, 2)


def test_a_role_of_the_unit_is_proposed_and_consented_to_on_the_pages(
    unit: Client, operator: Client, omar: User, lina: User, huda: User
) -> None:
    sent = role(role="cmu_head", agency="")
    answer = operator.post(en("person-role", omar.pk), sent, follow=True)
    assert "waits for the consent of a second person" in answer.content.decode()
    change = StaffChange.objects.get(outcome="pending")
    assert "Withdraw the proposal" in operator.get(en("people")).content.decode()
    assert operator.post(en("staff-change", change.pk), {"consent": "1"}).status_code == 404
    assert ">Consent<" in unit.get(en("people")).content.decode().replace("\n", "").replace(" ", "")
    assert list(unit.post(en("person-role", omar.pk), sent).context["form"].errors) == ["role"]
    unit.post(en("staff-change", change.pk), {"consent": "1"})
    assert omar.memberships.filter(role="cmu_head").exists()
    late = unit.post(en("staff-change", change.pk), {"refuse": "1"}, follow=True)
    assert "Someone else has decided this in the meantime" in late.content.decode()


def test_nobody_makes_herself_of_the_unit_in_one_post_nor_in_two(
    operator: Client, huda: User, unit, lina: User
) -> None:
    """The finding of the review: an operator who gave herself the CMU and read a case."""
    for name, args in (("person-role", [huda.pk]), ("person-role-end", [huda.pk, huda.memberships.get().pk])):
        for method in (operator.get, operator.post):
            assert method(en(name, *args), role(role="cmu_staff", agency="")).status_code == 404
    for name in ("person-access", "person-invitation"):
        assert operator.post(en(name, huda.pk), {"close": "1", "again": "1"}).status_code == 404
    assert operator.get(en("triage")).status_code == 404
    assert "accounts" not in {model._meta.app_label for model in admin.site._registry}
    assert not [name for name in ("user_add", "membership_add") if _admin(f"accounts_{name}")]


def _admin(name: str) -> bool:
    from django.urls import NoReverseMatch

    try:
        reverse(f"admin:{name}")
    except NoReverseMatch:
        return False
    return True


def test_a_role_ends_and_an_account_is_closed_and_reopened(
    unit: Client, omar: User, lina: User, huda: User, reem: User
) -> None:
    held = omar.memberships.get()
    url = en("person-role-end", omar.pk, held.pk)
    day = {"last_day_day": "1", "last_day_month": "1", "last_day_year": "2026"}
    assert list(unit.post(url, day).context["form"].errors) == ["last_day"]
    assert unit.post(url, {**day, "last_day_day": "3"}).status_code == 302
    held.refresh_from_db()
    assert held.ends_on == date(2026, 1, 3)
    late = unit.post(url, {**day, "last_day_day": "4"})
    assert list(late.context["form"].errors) == ["last_day"]
    for pressed, is_active in (("close", False), ("reopen", True)):
        unit.post(en("person-access", omar.pk), {pressed: "1"})
        assert User.objects.get(pk=omar.pk).is_active is is_active
    unit.post(en("person-access", reem.pk), {"close": "1"})
    left = unit.post(en("person-access", huda.pk), {"close": "1"}, follow=True)
    assert "At least two people must remain" in left.content.decode()


def test_the_list_is_filtered_and_takes_the_same_statements_for_more(
    unit: Client, lina: User, omar: User, nadia: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    one = statements(unit, en("people") + "?agency=gam"), statements(unit, en("people"))
    for number in range(3):
        made = make_staff(f"n{number}@gam.example", "س", f"New {number}", "", gam, Role.OFFICER)
        propose(made, RoleTerms(Role.SUPERVISOR, gam, TODAY), by=lina, at=now)
    assert (statements(unit, en("people") + "?agency=gam"), statements(unit, en("people"))) == one
    shown = unit.get(en("people") + "?agency=gam&role=supervisor").content.decode()
    assert ("New 2" in shown, "Omar Smadi" in shown) == (True, False)
    assert unit.post(en("people"), {"agency": "gam", "words": ""})["Location"] == en("people") + "?agency=gam"
    found = unit.post(en("people"), {"words": "smadi omar"}).content.decode()
    assert ("Omar Smadi" in found, "Nadia Shara" in found) == (True, False)
    assert unit.get(en("people") + "?agency=nowhere&role=x&after=zzz").status_code == 200
    arabic = unit.get(reverse("people")).content.decode()
    assert reversed_numbers(arabic) == []


def test_one_person_shows_roles_absences_and_every_change_in_constant_statements(
    unit: Client, lina: User, omar: User, nadia: User, gam: Agency, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=nadia, starts_on=TODAY, ends_on=TODAY + timedelta(days=2))
    propose(omar, RoleTerms(Role.SUPERVISOR, gam, TODAY + timedelta(days=3)), by=lina, at=now)
    one = statements(unit, en("person", omar.pk))
    for each in (Role.OFFICER, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE):
        propose(omar, RoleTerms(each, gam, TODAY), by=lina, at=now)
    assert statements(unit, en("person", omar.pk)) == one
    page = unit.get(en("person", omar.pk)).content.decode()
    for words in ("Not begun", "Nadia Shara", "New role", "Lina Madanat", "Secretary-general"):
        assert words in page
    assert reversed_numbers(unit.get(reverse("person", args=[omar.pk])).content.decode()) == []


def test_the_auditor_and_the_head_read_every_change_and_nobody_else_does(
    rana: User, reem: User, lina: User, huda: User, omar: User, gam: Agency, now: datetime
) -> None:
    auditor, head = sign_in(Client(), rana), sign_in(Client(), reem)
    url = en("staff-changes")
    propose(omar, RoleTerms(Role.SUPERVISOR, gam, TODAY), by=lina, at=now)
    one = statements(auditor, url)
    for each in (Role.OFFICER, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE):
        propose(omar, RoleTerms(each, gam, TODAY), by=lina, at=now)
    assert (statements(auditor, url), head.get(url).status_code) == (one, 200)
    for person in (lina, huda, omar):
        assert sign_in(Client(), person).get(url).status_code == 404
    day = {"until_day": "3", "until_month": "1", "until_year": "2026"}
    rows = {
        "all": auditor.get(url),
        "agency": auditor.get(url + "?agency=gam"),
        "words": auditor.post(url, {"words": "omar"}),
        "earlier": auditor.post(url, {"words": "omar", **day}),
        "until": auditor.get(url + "?until_day=3&until_month=1&until_year=2026"),
    }
    counted = {name: len(page.context["page"].rows) for name, page in rows.items()}
    assert counted == {"all": StaffChange.objects.count(), "agency": 4, "words": 4, "earlier": 0, "until": 0}
    assert sign_in(Client(), rana).get(en("people")).status_code == 404
    assert reversed_numbers(auditor.get(reverse("staff-changes")).content.decode()) == []


def test_who_may_not_manage_people_finds_no_page_and_changes_nothing(
    omar: User, nadia: User, rana: User, yusuf: User, lina: User, gam: Agency, now: datetime
) -> None:
    membership = yusuf.memberships.get()
    urls = [
        *(en("people"), en("people-invite"), en("person", yusuf.pk), en("person-role", yusuf.pk)),
        *(en("person-role-end", yusuf.pk, membership.pk), en("person-access", yusuf.pk)),
        en("person-invitation", yusuf.pk),
    ]
    before = StaffChange.objects.count()
    for person in (omar, nadia, rana):
        client = sign_in(Client(), person)
        for url in urls:
            assert {client.get(url).status_code, client.post(url, new(close="1")).status_code} == {404}
    assert (StaffChange.objects.count(), User.objects.get(pk=yusuf.pk).is_active) == (before, True)


def test_the_unit_plans_an_absence_and_nobody_names_themselves_as_deputy(
    unit: Client, operator: Client, omar: User, nadia: User, lina: User, huda: User
) -> None:
    url = en("person-absence", nadia.pk)
    first = {"starts_on_day": "5", "starts_on_month": "1", "starts_on_year": "2026"}
    sent = {**first, **{name.replace("starts", "ends"): value for name, value in first.items()}, "deputy": str(omar.pk)}
    wrong = unit.post(url, {**sent, "deputy": str(lina.pk), "starts_on_day": "3", "ends_on_day": "2"})
    assert sorted(wrong.context["form"].errors) == ["deputy", "ends_on", "starts_on"]
    assert unit.post(url, sent)["Location"] == en("person", nadia.pk)
    planned = nadia.absences.get()
    assert (planned.deputy, planned.starts_on, planned.ends_on) == (omar, date(2026, 1, 5), date(2026, 1, 5))
    assert list(unit.post(url, sent).context["form"].errors) == ["starts_on"]
    end = en("person-absence-end", nadia.pk, planned.pk)
    assert (operator.get(url).status_code, operator.post(url, sent).status_code, operator.post(end).status_code) == (
        (404,) * 3
    )
    assert unit.post(en("person-absence-end", omar.pk, planned.pk)).status_code == 404
    assert (unit.post(end).status_code, nadia.absences.exists()) == (302, False)


def test_details_are_corrected_and_what_waits_goes_to_the_new_number(
    unit: Client, omar: User, nadia: User, amina: Citizen, now: datetime
) -> None:
    for person in (omar, nadia):
        notice = outbox.Notice(
            "operator_alarm", Channel.SMS, f"user:{person.pk}", person.phone, "ar", {"alarm": "x", "date": "4/1/2026"}
        )
        with transaction.atomic():
            outbox.owe([notice], occasion="alarm:1", at=now)
    url = en("person-details", omar.pk)
    sent = {"name_ar": "عمر سمادي", "name_en": "Omar S.", "phone": amina.phone, "language": "en"}
    assert list(unit.post(url, {**sent, "phone": "123"}).context["form"].errors) == ["phone"]
    assert unit.post(url, {**sent, "email": "thief@home.example"}).status_code == 302
    changed = User.objects.get(pk=omar.pk)
    assert (changed.name_en, changed.phone, changed.person, changed.email) == (
        "Omar S.",
        amina.phone,
        amina,
        omar.email,
    )
    assert {row.address for row in Message.objects.filter(template="operator_alarm")} == {amina.phone, nadia.phone}
