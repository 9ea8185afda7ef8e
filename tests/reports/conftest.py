"""Made-up cases to count."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from tests.bench.world import make_world
from tests.cast import make_agency, make_staff, sign_in


@pytest.fixture
def world(water: Agency, gam: Agency, cmu: Agency, leak: Topic) -> World:
    """Give three agencies their people."""
    third = make_agency("moh", "وزارة الصحة", "Ministry of Health", kind="ministry", sector="health")
    return make_world(citizens=12, agencies=[water, gam, third])


@pytest.fixture
def cases(world: World, now: datetime) -> None:
    """Write a hundred cases of the last four months."""
    generate(100, world=world, seed=11, since=now - timedelta(days=120), until=now)


@pytest.fixture
def at_the_cmu(client: Client, lina: User) -> Client:
    """Sit at Lina's desk."""
    return sign_in(client, lina)


@pytest.fixture
def adel(cmu: Agency) -> User:
    return make_staff("adel@cmu.example", "عادل نصر", "Adel Nasr", "+962790100022", cmu, Role.CMU_HEAD)
