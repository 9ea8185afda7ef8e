"""Codes, unfinished forms and counters are deleted after their time."""

from datetime import timedelta

from accounts import rate_limits
from accounts.rate_limits import RateLimit
from accounts.sign_in import expiry

TWICE = RateLimit("test", 2, timedelta(hours=1))


def test_the_sweep_deletes_what_is_over_and_nothing_else(db, now):
    rate_limits.spend(TWICE, "old", at=now - timedelta(hours=2))
    rate_limits.spend(TWICE, "new", at=now)
    expiry.delete_expired(now)
    left = [rate_limits.spent(TWICE, key, at=at) for key, at in (("old", now - timedelta(hours=2)), ("new", now))]
    assert left == [0, 1]
