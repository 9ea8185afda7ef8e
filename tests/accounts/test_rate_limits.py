from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from accounts import rate_limits
from accounts.models import RateCounter
from accounts.rate_limits import RateLimit
from tests.complaints.threads import be_patient

TWICE = RateLimit("test", 2, timedelta(hours=1))


def test_a_limit_lets_so_many_through_and_no_more(db, now):
    assert [rate_limits.spend(TWICE, "a", at=now), rate_limits.spend(TWICE, "a", at=now)] == [1, 2]
    with pytest.raises(rate_limits.RateLimitReached):
        rate_limits.spend(TWICE, "a", at=now)
    assert rate_limits.spent(TWICE, "a", at=now) == 2
    assert rate_limits.spend(TWICE, "b", at=now) == 1


def test_a_window_ends_and_another_begins(db, now):
    rate_limits.spend(TWICE, "a", at=now + timedelta(minutes=59))
    assert rate_limits.spent(TWICE, "a", at=now) == 1
    assert rate_limits.spent(TWICE, "a", at=now + timedelta(minutes=60)) == 0


def test_a_day_begins_at_midnight_in_amman(db, now):
    daily = RateLimit("daily", 1, rate_limits.DAY)
    rate_limits.spend(daily, "a", at=now.replace(hour=0, minute=0))
    assert rate_limits.spent(daily, "a", at=now.replace(hour=23, minute=59)) == 1
    assert rate_limits.spent(daily, "a", at=now.replace(hour=0, minute=0) - timedelta(seconds=1)) == 0


def test_what_was_counted_in_advance_can_be_given_back(db, now):
    rate_limits.spend(TWICE, "a", at=now)
    rate_limits.give_back(TWICE, "a", at=now)
    rate_limits.give_back(TWICE, "a", at=now)
    assert rate_limits.spent(TWICE, "a", at=now) == 0


def test_a_counter_does_not_tell_what_it_counts(db, now):
    rate_limits.spend(TWICE, "+962791112233", at=now)
    assert "791112233" not in RateCounter.objects.get().key


@pytest.mark.django_db(transaction=True)
def test_no_number_of_parallel_requests_gets_past_a_limit():
    at = timezone.now()
    ten = RateLimit("ten", 10, timedelta(hours=1))

    def spend(_: int) -> bool:
        try:
            be_patient()
            rate_limits.spend(ten, "a", at=at)
        except rate_limits.RateLimitReached:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(spend, range(60))) == 10


@pytest.mark.parametrize(
    ("remote", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_an_address_is_counted_whole_and_ipv6_by_its_household(remote, counted):
    assert rate_limits.client_address(RequestFactory().get("/", REMOTE_ADDR=remote)) == counted


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "198.51.100.9", "192.0.2.1"),
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "203.0.113.5, 198.51.100.9", "198.51.100.9"),
        (2, "203.0.113.5, 198.51.100.9", "203.0.113.5"),
        (1, "nonsense", "192.0.2.1"),
    ],
)
def test_a_forwarded_address_counts_only_behind_the_proxies_of_the_settings(
    client, db, settings, proxies, forwarded, counted, monkeypatch
):
    seen = []

    def note(request):
        seen.append(request.META["REMOTE_ADDR"])
        return "x"

    monkeypatch.setattr(rate_limits, "client_address", note)
    settings.TRUSTED_PROXIES = proxies
    form = {"number": "9902103456", "password": "whatever-it-is"}
    client.post("/ar/sign-in/", form, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert seen == [counted]
