"""The agencies, the staff and the citizens of a benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from agencies.models import Agency, City, Topic, current_calendar
from complaints.simulation.people import make_citizens
from complaints.simulation.world import Desk, World
from tests.cast import give_role

CASES_OF_A_CITIZEN = 3
_DOMAIN = "@bench.example"


def make_world(*, citizens: int, agencies: Sequence[Agency] = ()) -> World:
    """Make the people of a benchmark in the agencies given, or in all that can be complained about."""
    on = date(2020, 1, 1)
    chosen = list(agencies) or list(Agency.objects.complainable(on=timezone.localdate()).order_by("id"))
    staff = _make_staff([agency.code for agency in chosen] + ["cmu-1", "cmu-2"])
    memberships = [
        Membership(user=staff[f"{agency.code}.{role}"], agency=agency, role=role, starts_on=on)
        for agency in chosen
        for role in (Role.OFFICER, Role.SUPERVISOR)
    ]
    cmu = Agency.objects.filter(code="cmu").first()
    heads = [staff["cmu-1.officer"], staff["cmu-2.officer"]]
    Membership.objects.bulk_create(memberships)
    for user in heads:
        give_role(user, cmu, Role.CMU_STAFF, starts_on=on)
    desks = [Desk(agency, staff[f"{agency.code}.officer"], staff[f"{agency.code}.supervisor"]) for agency in chosen]
    return World(
        desks=desks,
        citizens=make_citizens(citizens),
        topics=list(Topic.objects.filter(parent__isnull=False, second_signature=False)),
        cmu=heads[0],
        judge=heads[1],
        calendar=current_calendar(),
        places=[(city.governorate, city.name_ar) for city in City.objects.select_related("governorate")],
    )


def standing_world() -> World:
    """Return the staff that a benchmark made before in the database that was kept."""
    staff = {user.login.removesuffix(_DOMAIN): user for user in User.objects.filter(login__endswith=_DOMAIN)}
    codes = [name.removesuffix(".officer") for name in staff if name.endswith(".officer")]
    agencies = Agency.objects.filter(code__in=codes).exclude(code="cmu").order_by("id")
    return World(
        desks=[
            Desk(agency, staff[f"{agency.code}.officer"], staff[f"{agency.code}.supervisor"]) for agency in agencies
        ],
        citizens=[],
        topics=[],
        cmu=staff["cmu-1.officer"],
        judge=staff["cmu-2.officer"],
        calendar=current_calendar(),
    )


def _make_staff(codes: Iterable[str]) -> dict[str, User]:
    users = {
        name: User(login=f"{name}{_DOMAIN}", email=f"{name}{_DOMAIN}", is_staff=True, password="!")
        for code in codes
        for name in (f"{code}.officer", f"{code}.supervisor")
    }
    User.objects.bulk_create(users.values())
    return users
