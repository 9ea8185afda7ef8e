"""Codes of authenticator apps: those of RFC 6238, and each accepted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.sign_in import factors
from tests.cast import app_code, give_app

#: RFC 6238, appendix B: the key 12345678901234567890, of whose eight digits an app shows the last six.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


def test_the_codes_are_those_of_the_standard():
    found = {
        second: factors.code(RFC_SECRET, step=factors.step_at(datetime.fromtimestamp(second, UTC)))
        for second in RFC_CODES
    }
    assert found == RFC_CODES


def test_a_new_key_is_random_and_an_app_can_read_it(omar):
    secrets = {factors.new_secret() for _ in range(3)}
    assert (len(secrets), {len(secret) for secret in secrets}) == (3, {32})
    uri = factors.provisioning_uri(RFC_SECRET, omar)
    assert uri.startswith("otpauth://totp/Bekhedmatkom:omar%40miyahuna.example?")
    assert f"secret={RFC_SECRET}" in uri


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_clock_of_a_phone_may_differ_by_one_step(omar, now, steps, accepted):
    assert factors.apps_accept(give_app(omar), app_code(now, later=steps), at=now) is accepted


def test_a_code_is_accepted_once_and_none_from_before_it_after_that(omar, now):
    factor = give_app(omar)
    tried = (0, 0, -1, 1, 1, 0)
    assert [factors.apps_accept(factor, app_code(now, later=step), at=now) for step in tried] == [
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    factor.refresh_from_db()
    assert (factor.counter, factor.used_at) == (factors.step_at(now) + 1, now)
    later = now + timedelta(seconds=60)
    assert factors.apps_accept(factor, app_code(later), at=later) is True


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "000000000"])
def test_what_is_no_code_is_refused(omar, now, typed):
    assert factors.apps_accept(give_app(omar), typed, at=now) is False
