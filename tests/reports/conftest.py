"""Made-up cases to count."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from tests.bench.world import make_world
from tests.cast import (
    NOW,
    complaints_unit,
    greater_amman,
    leak_in_the_street,
    make_agency,
    make_staff,
    office_hours,
    sign_in,
    water_company,
)


def make_three_agencies() -> World:
    """Give three agencies their people."""
    office_hours()
    complaints_unit()
    leak_in_the_street()
    third = make_agency("moh", "وزارة الصحة", "Ministry of Health", kind="ministry", sector="health")
    return make_world(citizens=12, agencies=[water_company(), greater_amman(), third])


@pytest.fixture
def world(db: None) -> World:
    """Give three agencies their people, for a test that makes cases of its own."""
    return make_three_agencies()


@pytest.fixture(scope="module")
def cases(module_data: None) -> None:
    """Write a hundred cases of the last four months, which the tests of a module share."""
    generate(100, world=make_three_agencies(), seed=11, since=NOW - timedelta(days=120), until=NOW)
    connection.check_constraints()


@pytest.fixture
def at_the_cmu(client: Client, lina: User) -> Client:
    """Sit at Lina's desk."""
    return sign_in(client, lina)


@pytest.fixture
def adel(cmu: Agency) -> User:
    return make_staff("adel@cmu.example", "عادل نصر", "Adel Nasr", "+962790100022", cmu, Role.CMU_HEAD)
