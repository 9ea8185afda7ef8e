"""One code, link or second factor used by two requests at the same moment: exactly one of them gets in."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.utils import timezone

from accounts.models import Factor, Invitation, RecoveryCode, StaffChange, User
from accounts.roles import Role
from accounts.sign_in import codes, factors
from accounts.sign_in.codes import CodeContext, GuessOutcome
from accounts.staff import invitations
from accounts.staff.invitations import LinkState, LinkUnusable, NewPerson
from accounts.staff.memberships import RoleTerms
from agencies.models import Agency
from tests.accounts.sign_in.test_codes import CONTEXT
from tests.accounts.staff.invitations.test_invitations import token
from tests.cast import PASSWORD, app_code, give_app
from tests.complaints.threads import at_once

SIGN_IN = "/ar/staff/sign-in/"
ABROAD = CodeContext(
    **{name: getattr(CONTEXT, name) for name in ("purpose", "language", "address")},
    session="s2",
    phone="+33612345678",
    email="leila@abroad.example",
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("cmu")
def test_of_two_requests_with_the_same_secret_one_gets_in(omar: User, lina: User, water: Agency) -> None:
    _of_two_browsers_with_one_factor(omar)
    _of_two_who_accept_an_invitation(lina, water)
    _of_two_who_invite_one_person(lina, water)
    for context in (CONTEXT, ABROAD):
        _of_two_guesses_with_the_right_code(context)


def _of_two_browsers_with_one_factor(omar: User) -> None:
    """Try the same code of an app, and then the same recovery code, in two browsers that know the password."""
    give_app(omar)
    codes = factors.new_codes()
    factors.store(omar, codes, at=timezone.now())
    assert _signed_in(app_code()) == [False, True]
    assert Factor.objects.get().counter > 0
    assert _signed_in(codes[0]) == [False, True]
    assert RecoveryCode.objects.exclude(used_at=None).count() == 1


def _signed_in(typed: str) -> list[bool]:
    browsers = [Client(), Client()]
    for browser in browsers:
        assert browser.post(SIGN_IN, {"email": "omar@miyahuna.example", "password": PASSWORD}).status_code == 302
    first, second = browsers
    at_once(
        lambda: first.post(f"{SIGN_IN}factor/", {"code": typed}),
        lambda: second.post(f"{SIGN_IN}factor/", {"code": typed}),
    )
    return sorted(SESSION_KEY in browser.session for browser in browsers)


def _of_two_who_accept_an_invitation(lina: User, water: Agency) -> None:
    at = timezone.now()
    new = NewPerson("salma@miyahuna.example", "سلمى حداد", "Salma Haddad")
    person = invitations.invite(new, RoleTerms(Role.OFFICER, water, date(2026, 1, 4)), by=lina, at=at).subject
    link = token()
    passwords = ("copper-violet-train", "silver-orange-plane")
    outcomes = at_once(
        lambda: invitations.accept(link, passwords[0], at=at), lambda: invitations.accept(link, passwords[1], at=at)
    )
    (refused,) = (found for found in outcomes if isinstance(found, LinkUnusable))
    winner = next(password for password, found in zip(passwords, outcomes, strict=True) if found == person)
    person.refresh_from_db()
    assert (refused.state, person.check_password(winner)) == (LinkState.USED, True)
    assert Invitation.objects.exclude(used_at=None).count() == 1


def _of_two_who_invite_one_person(lina: User, water: Agency) -> None:
    """Two members of the unit invite the same address, and then both send the invitation again: one link opens."""
    at, terms = timezone.now(), RoleTerms(Role.OFFICER, water, date(2026, 1, 4))
    new = NewPerson("rula@miyahuna.example", "رلى حداد", "Rula Haddad")
    outcomes = at_once(*[lambda: invitations.invite(new, terms, by=lina, at=at)] * 2)
    assert sorted(type(found).__name__ for found in outcomes) == ["AddressTaken", "StaffChange"]
    rula = User.objects.get(login=new.email)
    assert at_once(*[lambda: invitations.send_again(rula, by=lina, at=at)] * 2) == [None, None]
    sent = Invitation.objects.filter(user=rula)
    assert (sent.count(), sent.open().count(), StaffChange.objects.filter(subject=rula).count()) == (3, 1, 4)


def _of_two_guesses_with_the_right_code(context: CodeContext) -> None:
    at = timezone.now()
    code = codes.issue(context, at=at)
    both = at_once(*[lambda: codes.guess(context, code.code, at=at).verdict] * 2)
    assert sorted(map(str, both)) == sorted(map(str, (GuessOutcome.RIGHT, GuessOutcome.DEAD)))
