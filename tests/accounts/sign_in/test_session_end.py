"""What a page is told about the end of its session, and what a press changes."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import Citizen, User
from tests.cast import sign_in

pytestmark = pytest.mark.django_db


def test_asking_keeps_no_session_and_staying_does(
    amina: Citizen, now: datetime, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(now, tick=False)
    client, url = sign_in(Client(), amina), reverse("session")
    client.get(reverse("account"))
    time_machine.move_to(now + timedelta(minutes=28), tick=False)
    assert client.get(url).json() == {"ends_in": 120, "can_stay": True}
    assert client.get(url).json() == {"ends_in": 120, "can_stay": True}
    assert client.post(url).json() == {"ends_in": 1800, "can_stay": True}
    time_machine.move_to(now + timedelta(minutes=57), tick=False)
    assert client.get(reverse("account")).status_code == 200
    time_machine.move_to(now + timedelta(minutes=88), tick=False)
    assert client.get(url).json() == {"ends_in": 0, "can_stay": False}
    assert client.get(url)["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_no_press_moves_the_last_end_of_a_session_of_staff(
    omar: User, now: datetime, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(now, tick=False)
    client, url = sign_in(Client(), omar), reverse("session")
    pressed = range(0, 12 * 60 - 1, 29)
    for minutes in pressed:
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        client.post(url)
    assert client.get(url).json() == {"ends_in": (12 * 60 - pressed[-1]) * 60, "can_stay": False}
    time_machine.move_to(now + timedelta(hours=12, seconds=1), tick=False)
    assert client.post(url).json()["ends_in"] == 0


def test_a_form_of_another_site_keeps_no_session(amina: Citizen) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), amina)
    assert client.post(reverse("session")).status_code == 403
