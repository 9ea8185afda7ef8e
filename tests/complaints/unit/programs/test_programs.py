"""The page of a program outside: two people who change it at once."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import AgencySystem
from complaints.unit import programs as owners
from notifications import programs
from tests.cast import make_staff
from tests.complaints.pages import Desk

OURS, THEIRS = "https://8.8.8.8/ours", "https://8.8.4.4/theirs"


def test_of_two_who_change_a_program_the_second_reads_what_the_first_saved(
    desk: Desk, water: Agency, omar: User, cmu: Agency
) -> None:
    heads = [
        make_staff(f"{name}@cmu.example", "هالة قعوار", "Hala Qawar", phone, cmu, Role.CMU_HEAD)
        for name, phone in (("hala", "+962790100013"), ("rima", "+962790100014"))
    ]
    endpoint, _secret = programs.register(owners.owner("agency", water.code).name, at=timezone.now())
    page = reverse("program", args=["agency", water.code])
    read = [desk(head).get(page).context.get("version", "") for head in heads]
    theirs = {"version": read[0], "url": THEIRS, "officer": str(omar.pk), "is_active": "on"}
    assert desk(heads[0]).post(page, theirs).status_code == 302
    ours = {"version": read[1], "url": OURS, "officer": str(omar.pk)}
    late = desk(heads[1]).post(page, ours)
    text = late.content.decode()
    assert (late.status_code, "Someone else has changed this program" in text) == (409, True)
    assert (THEIRS in text, f'value="{OURS}"' in text) == (True, True)
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.is_active) == (THEIRS, True)
    again = desk(heads[1]).post(page, ours | {"version": late.context["version"]})
    endpoint.refresh_from_db()
    assert (again.status_code, endpoint.url, endpoint.is_active) == (302, OURS, False)
    assert AgencySystem.objects.get().officer == omar


def test_who_acts_for_an_agency_is_part_of_what_was_read(desk: Desk, water: Agency, omar: User) -> None:
    programs.register(owners.owner("agency", water.code).name, at=timezone.now())
    one = owners.owner("agency", water.code)
    read = owners.version(one)
    owners.store(one, seen=read, url="", answers_url="", is_active=True, officer=omar)
    assert owners.version(one) != read
