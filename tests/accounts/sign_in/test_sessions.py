"""Sessions: found by a hash, ended after twelve hours, and with the roles, the password or the account of a user."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Session, User
from accounts.roles import Role
from tests.cast import sign_in

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return client.get(reverse("staff-account")).status_code == 200


def test_the_table_has_no_key_that_opens_a_session(client, omar):
    sign_in(client, omar)
    row = Session.objects.get()
    assert (len(row.session_key), row.user, is_in(client)) == (64, omar, True)
    thief = Client()
    thief.cookies["session"] = row.session_key
    assert (client.session.session_key in row.session_key, is_in(thief)) == (False, False)


def test_a_session_of_staff_ends_after_twelve_hours_of_use_and_a_citizens_does_not(
    client, omar, amina, time_machine, now
):
    time_machine.move_to(now, tick=False)
    citizen, page = sign_in(Client(), amina), "/en/account/"
    sign_in(client, omar)
    # Pages that send on whoever is in: to draw one every 25 minutes would say no more.
    in_use = ((client, reverse("desk")), (citizen, reverse("policy-accept")))
    for minutes in range(25, 12 * 60, 25):
        time_machine.move_to(now + timedelta(minutes=minutes), tick=False)
        assert [way for browser, way in in_use if "sign-in" in browser.get(way)["Location"]] == []
    assert (is_in(client), citizen.get(page).status_code) == (True, 200)
    time_machine.move_to(now + timedelta(hours=12, seconds=1), tick=False)
    assert (is_in(client), citizen.get(page).status_code) == (False, 200)


def new_role(user: User) -> None:
    held = user.memberships.get()
    Membership.objects.create(user=user, agency=held.agency, role=Role.SUPERVISOR, starts_on=held.starts_on)


def new_password(user: User) -> None:
    user.set_password("copper-violet-train")
    user.save(update_fields=["password"])


CHANGES = {
    "a role more": new_role,
    "another agency": lambda user: user.memberships.update(agency=None),
    "a role less": lambda user: user.memberships.all().delete(),
    "the password": new_password,
    "no right to sign in": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "a right of the admin": lambda user: User.objects.filter(pk=user.pk).update(is_superuser=True),
}


def test_each_such_change_ends_the_sessions_of_its_user_at_once_and_of_nobody_else(omar, nadia):
    colleague, found = sign_in(Client(), nadia), {}
    for name, change in CHANGES.items():
        User.objects.filter(pk=omar.pk).update(is_active=True)
        client = sign_in(Client(), User.objects.get(pk=omar.pk))
        before = is_in(client)
        change(User.objects.get(pk=omar.pk))
        found[name] = (before, is_in(client), Session.objects.filter(user=omar).count())
    assert found == dict.fromkeys(CHANGES, (True, False, 0))
    assert is_in(colleague) is True


def test_a_change_of_the_name_ends_no_session(client, omar):
    sign_in(client, omar)
    User.objects.filter(pk=omar.pk).update(name_en="Omar S.", is_active=True)
    assert is_in(client) is True
