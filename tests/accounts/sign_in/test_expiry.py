"""Codes, unfinished forms, counters and sessions are deleted after their time."""

from datetime import timedelta

from accounts import rate_limits
from accounts.models import Session
from accounts.rate_limits import RateLimit
from accounts.sign_in import attempts

TWICE = RateLimit("test", 2, timedelta(hours=1))


def test_the_sweep_deletes_what_is_over_and_nothing_else(db, now):
    rate_limits.spend(TWICE, "old", at=now - timedelta(hours=2))
    rate_limits.spend(TWICE, "new", at=now)
    for key, ends_at in (("old", now), ("new", now + timedelta(seconds=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends_at)
    attempts.delete_expired(now)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    left = [rate_limits.spent(TWICE, key, at=at) for key, at in (("old", now - timedelta(hours=2)), ("new", now))]
    assert left == [0, 1]
