"""Passkeys: made and used for our origin only, each answer once, and a copy is noticed."""

from __future__ import annotations

import json

import pytest

from accounts.models import Factor
from accounts.sign_in import factor_pages, factors
from tests.accounts.sign_in.factors.authenticator import Authenticator

ELSEWHERE = "https://testserver.example"


@pytest.fixture
def session() -> dict[str, object]:
    return {}


def enrolled(user, session, now) -> Authenticator:
    authenticator = Authenticator()
    made = factors.register(authenticator.create(factors.registration_options(user, session)), session)
    factor_pages.add(user, made, at=now)
    return authenticator


def asked(user, session) -> str:
    return factors.sign_in_options(user, session)


def test_a_passkey_is_made_once_and_signs_in_with_each_challenge_once(omar, nadia, session, now):
    authenticator = enrolled(omar, session, now)
    answer = authenticator.get(asked(omar, session))
    accepted = [factors.accept(omar, answer, session, at=now) for _ in range(2)]
    assert (accepted, Factor.objects.get().used_at) == ([True, False], now)
    assert asked(nadia, session) == ""
    options = factors.registration_options(nadia, session)
    with pytest.raises(factors.PasskeyRefused):
        factors.register(authenticator.create(options), session)


def test_a_passkey_of_another_origin_is_refused_when_it_is_made_and_when_it_is_used(omar, session, now):
    options = factors.registration_options(omar, session)
    with pytest.raises(factors.PasskeyRefused):
        factors.register(Authenticator().create(options, origin=ELSEWHERE), session)
    authenticator = enrolled(omar, session, now)
    for origin in (ELSEWHERE, "https://testserver", "http://sub.testserver", "http://testserver:8000"):
        assert factors.accept(omar, authenticator.get(asked(omar, session), origin=origin), session, at=now) is False
    assert factors.accept(omar, authenticator.get(asked(omar, session)), session, at=now) is True


def test_somebody_elses_passkey_an_old_challenge_a_copy_and_garbage_are_refused(omar, nadia, session, now):
    authenticator, hers = enrolled(omar, session, now), enrolled(nadia, session, now)
    assert factors.accept(omar, hers.get(asked(omar, session)), session, at=now) is False
    old = asked(omar, session)
    asked(omar, session)
    assert factors.accept(omar, authenticator.get(old), session, at=now) is False
    assert factors.accept(omar, authenticator.get(asked(omar, session)), session, at=now) is True
    assert factors.accept(omar, authenticator.get(asked(omar, session), counts=False), session, at=now) is False
    forged = json.loads(authenticator.get(asked(omar, session)))
    forged["response"]["signature"] = forged["response"]["signature"][:-4] + "AAAA"
    for answer in (json.dumps(forged), "", "{}", "[]", "1", "null", "{" * 9, '{"id": 1}', "x" * 100_000, "\u0000"):
        asked(omar, session)
        assert factors.accept(omar, answer, session, at=now) is False
        factors.registration_options(omar, session)
        with pytest.raises(factors.PasskeyRefused):
            factors.register(answer, session)


def test_a_passkey_that_never_counts_is_accepted_again_and_again(omar, session, now):
    authenticator = enrolled(omar, session, now)
    answers = [
        factors.accept(omar, authenticator.get(asked(omar, session), counts=False), session, at=now) for _ in range(2)
    ]
    assert answers == [True, True]
