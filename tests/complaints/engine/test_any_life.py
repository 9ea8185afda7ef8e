"""Whatever people, links, clock and sweepers do in whatever order: legal states, whole history, one message each."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.roles import Role
from agencies.models import Agency, Directorate, OutsideCentre
from tests.cast import make_staff
from tests.complaints.cases import make_topic
from tests.complaints.engine.random_life import PEOPLE, Country, RandomLife


@pytest.fixture
def country(request: pytest.FixtureRequest, water: Agency, gam: Agency, cmu: Agency, network: Directorate) -> Country:
    hani = make_staff("hani@miyahuna.example", "هاني العلي", "Hani Ali", "+962790100008", water, Role.OFFICER)
    who = ("samar@miyahuna.example", "سمر نصار", "Samar Nassar", "+962790100009")
    samar = make_staff(*who, water, Role.SECRETARY_GENERAL)
    known = {name: request.getfixturevalue(name) for name in PEOPLE if name != "hani"}
    cast = known | {"hani": hani, "samar": samar}
    network.email = "networks@miyahuna.example"
    network.save()
    centre = OutsideCentre.objects.create(code="117116", name_ar="مركز المياه", name_en="Water centre", phone="117116")
    outage = request.getfixturevalue("outage")
    kinds = ["complaint", "praise"]
    burst = make_topic("burst", "انفجار خط", "Burst main", parent=outage.parent, limit_days=2, kinds=kinds)
    return Country(
        people={name: getattr(person, "user", person) for name, person in cast.items()},
        file=request.getfixturevalue("file_case"),
        karim=cast["karim"],
        water=water,
        gam=gam,
        cmu=cmu,
        network=network,
        centre=centre,
        topics={"outage": outage, "burst": burst},
        now=request.getfixturevalue("now"),
    )


def lives() -> int:
    """Return how many lives are led: six in the suite, each run others, and sixty with `--hypothesis-profile long`."""
    return int(settings().max_examples) * 6 // 100


@pytest.mark.usefixtures("undo_window")
def test_any_life_of_a_case_is_a_legal_one(country: Country) -> None:
    class RandomLifeHere(RandomLife):
        pass

    RandomLifeHere.country = country
    run_state_machine_as_test(
        RandomLifeHere,
        settings=settings(
            max_examples=lives(), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
