"""The people of the demonstration."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import demo
from accounts.models import Citizen, User
from accounts.registration.forms import sample_people
from tests.accounts.sign_in.pages import is_signed_in
from tests.cast import make_agency


@pytest.fixture
def country(water, gam, cmu, ncc, amman, irbid):
    """Everything the demonstration names."""


def test_the_people_of_the_demonstration_are_made_once(country, now):
    first = demo.make_demo_people(now)
    second = demo.make_demo_people(now)
    assert first == second
    assert sorted(first) == [
        "amina",
        "basma",
        "haitham",
        "huda",
        "karim",
        "lina",
        "nadia",
        "omar",
        "sami",
        "tariq",
        "yusuf",
    ]
    assert (Citizen.objects.count(), User.objects.filter(is_staff=True).count()) == (2, 9)


def test_everybody_of_the_demonstration_can_sign_in_as_the_list_says(country, now, client):
    make_agency("pm", "رئاسة الوزراء", "Prime Ministry")
    make_agency("mwi", "وزارة المياه والري", "Ministry of Water and Irrigation")
    demo.make_demo_people(now)
    demo.make_demo_colleagues(now)
    for one in demo.DEMO_SIGN_INS:
        field = "email" if "staff" in one.page else "number"
        answer = client.post(one.page, {field: one.login, "password": one.password})
        if field == "email":
            answer = client.post(answer["Location"], {"code": demo.current_codes(timezone.now())[0]})
        assert (answer.status_code, is_signed_in(client)) == (302, True)
        client.post("/ar/sign-out/")


def test_outside_the_demonstration_nobody_with_a_known_password_is_made(country, now, settings):
    settings.EMBEDDED = False
    with pytest.raises(demo.NotADemonstration):
        demo.make_demo_people(now)
    with pytest.raises(demo.NotADemonstration):
        demo.current_codes(now)
    assert User.objects.count() == 0


def test_the_page_of_messages_shows_the_code_of_now_and_the_next_one(db, now, client, time_machine):
    time_machine.move_to(now, tick=False)
    page = client.get("/dev/outbox/").content.decode()
    assert [code in page for code in demo.current_codes(now)] == [True, True]
    assert demo.current_codes(now)[1] == demo.current_codes(now + timedelta(seconds=30))[0]


def test_the_people_offered_for_trying_do_what_is_said_of_them(country, client):
    from tests.accounts.keyboard import url

    page = client.get(url("who", "en")).content.decode()
    for person, what in sample_people():
        assert person.number in page
        assert str(what) != ""


def test_outside_the_demonstration_nobody_is_offered(country, client, settings):
    from tests.accounts.keyboard import url

    settings.EMBEDDED = False
    assert "9782006138" not in client.get(url("who")).content.decode()
