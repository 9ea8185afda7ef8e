"""New staff come by an invitation that works once; every other link has its own answer."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts import rate_limits
from accounts.models import Invitation, Membership, StaffChange, User
from accounts.roles import Role
from accounts.staff import invitations
from accounts.staff.invitations import (
    AddressTaken,
    AlreadyEntered,
    LinkState,
    LinkUnusable,
    NewPerson,
    OperatorsExist,
    install_operators,
)
from accounts.staff.memberships import ChangeNotAllowed, RoleTerms
from agencies.models import Agency
from notifications.models import Lane, Message
from tests.cast import sign_in
from tests.complaints.threads import be_patient

TODAY = date(2026, 1, 4)
SALMA = NewPerson("Salma@Miyahuna.example", "سلمى حداد", "Salma Haddad")
PASSWORD = "copper-violet-train"


@pytest.fixture
def invited(lina: User, water: Agency, now: datetime) -> User:
    return invitations.invite(SALMA, RoleTerms(Role.OFFICER, water, TODAY), by=lina, at=now).subject


def link() -> str:
    """Return the path in the newest e-mail of an invitation."""
    message = Message.objects.filter(template="staff_invitation").order_by("-created_at").first()
    found = re.search(r"https?://\S+?(/ar/invitation/\S+)", message.body)
    assert found
    return found[1]


def token() -> str:
    return link().rstrip("/").rpartition("/")[2]


def test_an_invitation_makes_an_account_that_nobody_can_enter_before_its_owner(
    invited: User, water: Agency, lina: User, now: datetime
) -> None:
    message = Message.objects.get(template="staff_invitation")
    assert (message.address, message.lane, message.expires_at) == (
        "salma@miyahuna.example",
        Lane.CODES,
        now + timedelta(days=7),
    )
    assert (invited.login, invited.is_active, invited.has_usable_password()) == (invited.email, False, False)
    assert (Membership.objects.get(user=invited).agency, invited.invitations.get().invited_by) == (water, lina)
    assert token() not in str(list(Invitation.objects.values_list()))
    with pytest.raises(AddressTaken):
        invitations.invite(SALMA, RoleTerms(Role.OFFICER, water, TODAY), by=lina, at=now)


def test_the_invited_person_sets_a_password_and_is_sent_to_the_sign_in(
    invited: User, amina, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    path, visitor = link(), sign_in(Client(), amina)
    page = visitor.get(path)
    assert (page.status_code, "no-store" in page["Cache-Control"]) == (200, True)
    assert Client().head(path).status_code == 200
    short = visitor.post(path, {"password": "salma-haddad", "again": "salma-haddad"})
    assert (list(short.context["form"].errors), User.objects.get(pk=invited.pk).is_active) == (["password"], False)
    answer = visitor.post(path, {"password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/ar/staff/sign-in/")
    made = User.objects.get(pk=invited.pk)
    assert (made.is_active, made.check_password(PASSWORD), "_auth_user_id" in visitor.session) == (True, True, False)
    used = visitor.post(path, {"password": "other-violet-train", "again": "other-violet-train"})
    assert (used.status_code, User.objects.get(pk=invited.pk).check_password(PASSWORD)) == (410, True)
    assert "استُخدمت" in used.content.decode()
    signed_in = visitor.post("/ar/staff/sign-in/", {"email": "salma@miyahuna.example", "password": PASSWORD})
    assert (signed_in.status_code, signed_in["Location"]) == (302, "/ar/staff/sign-in/factor/")


def test_what_no_longer_works_says_why_and_an_unknown_link_says_nothing(
    invited: User, lina: User, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    first, client = link(), Client()
    invitations.send_again(invited, by=lina, at=now + timedelta(seconds=1))
    second = link()
    assert (client.get(first).status_code, client.get(second).status_code) == (410, 200)
    time_machine.move_to(now + timedelta(days=7, seconds=1), tick=False)
    assert "سبعة أيام" in client.get(second).content.decode()
    for path in (first, second):
        assert client.post(path, {"password": PASSWORD, "again": PASSWORD}).status_code == 410
    invitations.send_again(invited, by=lina, at=now + timedelta(days=7, seconds=1))
    invitations.withdraw(invited, by=lina, at=now + timedelta(days=7, seconds=2))
    assert client.get(link()).status_code == 410
    unknown = client.get(reverse("staff-invitation", args=["x" * 43]))
    assert (unknown.status_code, SALMA.name_ar in unknown.content.decode()) == (404, False)
    assert User.objects.get(pk=invited.pk).is_active is False
    with pytest.raises(AlreadyEntered):
        invitations.withdraw(invited, by=lina, at=now)


def test_only_who_manages_people_invites_and_five_times_a_day_at_most(
    invited: User, lina: User, omar: User, huda: User, water: Agency, now: datetime
) -> None:
    for person in (omar, huda):
        with pytest.raises(ChangeNotAllowed):
            invitations.invite(
                NewPerson("x@y.example", "س", "S"), RoleTerms(Role.OFFICER, water, TODAY), by=person, at=now
            )
    assert not User.objects.filter(login="x@y.example").exists()
    for act in (invitations.send_again, invitations.withdraw):
        with pytest.raises(ChangeNotAllowed):
            act(invited, by=omar, at=now)
    for time in range(rate_limits.INVITATIONS_PER_PERSON.most):
        invitations.send_again(invited, by=lina, at=now + timedelta(seconds=time + 1))
    with pytest.raises(rate_limits.RateLimitReached):
        invitations.send_again(invited, by=lina, at=now)
    invitations.accept(token(), PASSWORD, at=now)
    with pytest.raises(LinkUnusable) as unusable:
        invitations.accept(token(), PASSWORD, at=now)
    assert unusable.value.state == LinkState.USED
    assert StaffChange.objects.filter(subject=invited, kind="invited").count() == 6


def test_the_first_operators_are_installed_once_and_recorded(cmu: Agency, capsys) -> None:
    pair = ["--operator", "a@cmu.example", "أحمد", "Ahmad", "--operator", "b@cmu.example", "بشرى", "Bushra"]
    with pytest.raises(CommandError, match="not an address"):
        call_command("first_operators", "--operator", "nobody", "أحمد", "Ahmad")
    call_command("first_operators", *pair)
    assert "Invited 2." in capsys.readouterr().out
    rows = StaffChange.objects.filter(proposed_by=None).order_by("pk")
    assert list(rows.values_list("role", "agency", "installed_as")) == [
        ("operator", cmu.pk, 1),
        ("operator", cmu.pk, 2),
    ]
    assert (Membership.objects.count(), Message.objects.filter(template="staff_invitation").count()) == (2, 2)
    Membership.objects.update(ends_on=date(2030, 1, 1))
    with pytest.raises(CommandError, match="There are operators already"):
        call_command("first_operators", *pair[:4])


@pytest.mark.django_db(transaction=True)
def test_of_two_installations_at_once_one_wins(cmu: Agency, now: datetime) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def install(name: str) -> str:
        try:
            be_patient()
            install_operators([NewPerson(f"{name}@cmu.example", name, name)], at=now)
        except OperatorsExist:
            return "refused"
        finally:
            connection.close()
        return "installed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(install, ("first", "second"))) == ["installed", "refused"]
    assert (User.objects.filter(is_staff=True).count(), Membership.objects.count()) == (1, 1)
