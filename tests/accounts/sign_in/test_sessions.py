"""Sessions: found by a hash, ended after twelve hours, and with the roles, the password or the account of a user."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import Factor, Membership, Session, User
from accounts.roles import Role
from accounts.sign_in.factors import FACTOR_AT
from tests.cast import PASSWORD, app_code, give_app, sign_in

DOOR = "/en/staff/sign-in/"

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


def test_a_session_ends_after_twelve_hours_of_use(client, omar, amina, time_machine, now):
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
    assert (is_in(client), citizen.get(page).status_code) == (False, 302)


def test_a_citizen_sees_where_they_are_signed_in_and_ends_the_others(client, amina):
    """Every way in notes since when and where; a session of another person stays."""
    other, firefox = Client(), {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"}
    typed = {"number": amina.number, "password": PASSWORD}
    for browser in (client, other):
        assert browser.post("/en/sign-in/", typed, headers=firefox).status_code == 302
    page = client.get("/en/account/")
    assert [(one.device, one.is_this) for one in page.context["open_sessions"]] == [
        ("Firefox, Windows", True),
        ("Firefox, Windows", False),
    ]
    assert client.post("/en/account/sessions/end/", follow=True).status_code == 200
    assert [one.get("/en/account/").status_code for one in (client, other)] == [200, 302]


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


def test_no_key_that_was_planted_or_used_before_a_step_opens_anything_after_it(client, omar):
    """A key that somebody else chose, one of a visitor, and those before the factor and before the step-up."""
    give_app(omar)
    own, used = settings.SESSION_COOKIE_NAME, ["planted" * 5]
    client.cookies[own] = used[0]
    client.post(DOOR, {"email": omar.email, "password": PASSWORD})
    used.append(client.cookies[own].value)
    client.post(f"{DOOR}factor/", {"code": app_code()})
    used.append(client.cookies[own].value)
    assert is_in(client)
    session = client.session
    session[FACTOR_AT] = 0
    session.save()
    confirm = reverse("staff-confirm")
    there = reverse("staff-account-password")
    assert client.get(there)["Location"] == confirm
    # As if the next half minute had begun: a code is accepted once.
    Factor.objects.update(counter=0)
    assert client.post(confirm, {"code": app_code()})["Location"] == there
    assert client.cookies[own].value not in used
    assert len(set(used)) == len(used)
    for key in used:
        thief = Client()
        thief.cookies[own] = key
        assert not is_in(thief)
    assert is_in(client)
