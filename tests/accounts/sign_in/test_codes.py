from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from accounts import rate_limits
from accounts.models import PhoneCode, Purpose
from accounts.sign_in import codes
from accounts.sign_in.codes import CodeContext, CodeGuess, GuessOutcome, Sending
from kit.crypto import lookup
from notifications.models import Alarm, Message
from tests.complaints.threads import be_patient

PHONE = "+962791112233"
CONTEXT = CodeContext(purpose=Purpose.REGISTER, session="s1", phone=PHONE, language="ar", address="192.0.2.1")


def wrong(code: PhoneCode) -> str:
    return f"{(int(code.code) + 1) % 100_000:05}"


@pytest.fixture
def code(db: None, now: datetime) -> PhoneCode:
    return codes.issue(CONTEXT, at=now)


def test_a_code_has_five_digits_lives_ten_minutes_and_goes_to_the_telephone(code, now):
    assert (len(code.code), code.code.isdecimal()) == (5, True)
    assert code.expires_at == now + timedelta(minutes=10)
    message = Message.objects.get()
    assert (message.template, message.address, message.lane) == ("code", PHONE, "codes")
    assert code.code in message.body
    assert message.expires_at == code.expires_at


def test_only_a_keyed_hash_of_the_code_is_compared(code):
    assert code.digest == lookup(f"{code.pk}:{code.code}", purpose="code")


def test_a_right_code_opens_once(code, now):
    assert codes.guess(CONTEXT, code.code, at=now) == CodeGuess(GuessOutcome.RIGHT)
    assert codes.guess(CONTEXT, code.code, at=now) == CodeGuess(GuessOutcome.DEAD)


def test_three_wrong_guesses_kill_a_code_even_for_the_right_one(code, now):
    guesses = [codes.guess(CONTEXT, wrong(code), at=now) for _ in range(3)]
    assert guesses == [CodeGuess(GuessOutcome.WRONG, 2), CodeGuess(GuessOutcome.WRONG, 1), CodeGuess(GuessOutcome.DEAD)]
    assert codes.guess(CONTEXT, code.code, at=now) == CodeGuess(GuessOutcome.DEAD)


def test_the_last_of_three_guesses_may_be_the_right_one(code, now):
    codes.guess(CONTEXT, wrong(code), at=now)
    codes.guess(CONTEXT, wrong(code), at=now)
    assert codes.guess(CONTEXT, code.code, at=now) == CodeGuess(GuessOutcome.RIGHT)


def test_a_code_is_good_until_its_ten_minutes_are_over(code, now):
    assert codes.guess(CONTEXT, code.code, at=now + timedelta(minutes=10)) == CodeGuess(GuessOutcome.EXPIRED)
    assert codes.guess(CONTEXT, code.code, at=now + timedelta(minutes=10, seconds=-1)) == CodeGuess(GuessOutcome.RIGHT)


@pytest.mark.parametrize("other", [{"session": "s2"}, {"purpose": Purpose.RESET}, {"phone": "+962791112244"}])
def test_a_code_is_nothing_in_another_session_for_another_purpose_or_phone(code, now, other):
    assert codes.guess(replace(CONTEXT, **other), code.code, at=now) == CodeGuess(GuessOutcome.NONE)
    code.refresh_from_db()
    assert code.tries == 0


def test_a_resend_says_the_same_code_and_keeps_the_counter(code, now):
    codes.guess(CONTEXT, wrong(code), at=now)
    assert codes.send_again(CONTEXT, at=now + timedelta(seconds=45)) == Sending.SAME
    assert PhoneCode.objects.count() == 1
    assert [code.code in message.body for message in Message.objects.all()] == [True, True]
    assert codes.guess(CONTEXT, wrong(code), at=now) == CodeGuess(GuessOutcome.WRONG, 1)


def test_a_resend_waits_45_seconds_and_ends_after_three_messages(code, now):
    later = [codes.send_again(CONTEXT, at=now + timedelta(seconds=seconds)) for seconds in (44, 45, 60, 90, 200)]
    assert later == [Sending.TOO_SOON, Sending.SAME, Sending.TOO_SOON, Sending.SAME, Sending.NO_MORE]
    assert Message.objects.count() == 3
    assert codes.seconds_to_wait(CONTEXT, at=now + timedelta(seconds=100)) == 35


def test_a_dead_or_expired_code_is_followed_by_a_new_one(code, now):
    for _ in range(3):
        codes.guess(CONTEXT, wrong(code), at=now)
    assert codes.send_again(CONTEXT, at=now) == Sending.NEW
    assert codes.send_again(CONTEXT, at=now + timedelta(minutes=11)) == Sending.NEW
    assert PhoneCode.objects.count() == 3


def test_a_new_code_ends_the_one_before_it(code, now):
    codes.issue(CONTEXT, at=now)
    code.refresh_from_db()
    assert code.expires_at == now


def test_a_telephone_gets_five_codes_a_day_whatever_the_session(code, now):
    for number in range(2, 6):
        codes.issue(replace(CONTEXT, session=f"s{number}"), at=now)
    with pytest.raises(rate_limits.RateLimitReached) as refused:
        codes.issue(replace(CONTEXT, session="s6"), at=now)
    assert refused.value.limit == rate_limits.CODES_PER_PHONE
    assert PhoneCode.objects.count() == 5
    tomorrow = now + timedelta(days=1)
    assert codes.issue(replace(CONTEXT, session="s6"), at=tomorrow).sent_at == tomorrow


@pytest.mark.parametrize(
    ("limit", "key"),
    [
        (rate_limits.CODES_PER_ADDRESS, CONTEXT.address),
        (rate_limits.CODES_PER_PREFIX, "+962791112"),
    ],
)
def test_an_address_and_a_block_of_numbers_have_an_allowance(db, now, limit, key, monkeypatch):
    fill(limit, key, now)
    with pytest.raises(rate_limits.RateLimitReached) as refused:
        codes.issue(CONTEXT, at=now)
    assert refused.value.limit == limit
    assert (PhoneCode.objects.count(), Message.objects.count()) == (0, 0)


def fill(limit: rate_limits.RateLimit, key: str, at: datetime) -> None:
    from accounts.models import RateCounter

    rate_limits.spend(limit, key, at=at)
    RateCounter.objects.filter(scope=limit.scope).update(count=limit.most)


@pytest.mark.parametrize(
    ("limit", "key"),
    [(rate_limits.WRONG_CODES_PER_NETWORK, "192.0.2.0/24"), (rate_limits.WRONG_CODES_PER_PREFIX, "+962791112")],
)
def test_a_surge_of_wrong_codes_stops_codes_there_until_the_hour_is_over(code, now, limit, key):
    fill(limit, key, now)
    with pytest.raises(rate_limits.RateLimitReached):
        codes.guess(CONTEXT, code.code, at=now)
    with pytest.raises(rate_limits.RateLimitReached):
        codes.issue(CONTEXT, at=now)
    code.refresh_from_db()
    assert code.tries == 0
    elsewhere = replace(CONTEXT, address="198.51.100.7", phone="+962781112233", session="s2")
    assert codes.issue(elsewhere, at=now).tries == 0
    assert codes.issue(CONTEXT, at=now + timedelta(hours=1)).tries == 0


def test_operators_are_told_before_a_breaker_opens_and_of_very_many_codes_which_go_on(code, now, monkeypatch):
    monkeypatch.setattr(rate_limits, "WRONG_CODES_PER_NETWORK", replace(rate_limits.WRONG_CODES_PER_NETWORK, most=4))
    monkeypatch.setattr(rate_limits, "CODES_IN_TOTAL", replace(rate_limits.CODES_IN_TOTAL, most=1))
    codes.guess(CONTEXT, wrong(code), at=now)
    assert Alarm.objects.count() == 0
    codes.guess(CONTEXT, wrong(code), at=now)
    assert list(Alarm.objects.values_list("kind", "about")) == [("wrong_codes", "192.0.2.0/24")]
    codes.issue(CONTEXT, at=now)
    assert list(Alarm.objects.order_by("pk").values_list("kind", flat=True)) == ["wrong_codes", "many_codes"]
    assert Message.objects.filter(expires_at__gt=now).count() == 2


def test_in_a_silent_context_everything_happens_but_the_message_never_leaves_and_stops_nobody(db, now):
    made_up = replace(CONTEXT, purpose=Purpose.RESET, number="9902103457", silent=True)
    made = codes.issue(made_up, at=now)
    assert Message.objects.get().expires_at == now
    assert codes.guess(made_up, wrong(made), at=now) == CodeGuess(GuessOutcome.WRONG, 2)
    for limit, key in (
        (rate_limits.WRONG_CODES_PER_NETWORK, "192.0.2.0/24"),
        (rate_limits.CODES_PER_PHONE, PHONE),
        (rate_limits.CODES_PER_PREFIX, "+962791112"),
        (rate_limits.CODES_IN_TOTAL, rate_limits.EVERYBODY),
    ):
        assert rate_limits.spent(limit, key, at=now) == 0


@pytest.mark.django_db(transaction=True)
def test_of_eighty_guesses_at_once_exactly_three_are_evaluated():
    at = timezone.now()
    code = codes.issue(CONTEXT, at=at)
    ready = Barrier(20)

    def guess(number: int) -> GuessOutcome:
        try:
            be_patient()
            if number < 20:
                ready.wait(timeout=60)
            return codes.guess(CONTEXT, wrong(code), at=at).verdict
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        verdicts = list(pool.map(guess, range(80)))
    code.refresh_from_db()
    assert code.tries == 3
    assert sorted(verdict.name for verdict in verdicts) == ["DEAD"] * 78 + ["WRONG"] * 2
    assert rate_limits.spent(rate_limits.WRONG_CODES_PER_NETWORK, "192.0.2.0/24", at=at) == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_right_guesses_at_once_one_opens():
    at = timezone.now()
    code = codes.issue(CONTEXT, at=at)
    ready = Barrier(8)

    def guess(_: int) -> GuessOutcome:
        try:
            be_patient()
            ready.wait(timeout=60)
            return codes.guess(CONTEXT, code.code, at=at).verdict
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        verdicts = [verdict.name for verdict in pool.map(guess, range(8))]
    assert sorted(verdicts) == ["DEAD"] * 7 + ["RIGHT"]


@pytest.mark.django_db(transaction=True)
def test_counting_in_two_statements_would_let_every_guess_of_a_burst_through():
    """The negative control of the test before: read, compare and then count is what must not be done."""
    at = timezone.now()
    code = codes.issue(CONTEXT, at=at)
    ready = Barrier(8)

    def guess_carelessly(_: int) -> bool:
        try:
            be_patient()
            tries = PhoneCode.objects.get(pk=code.pk).tries
            ready.wait(timeout=60)
            PhoneCode.objects.filter(pk=code.pk).update(tries=tries + 1)
            return tries < codes.TRIES
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess_carelessly, range(8))) == 8
