"""Asking the registry again about people it could not answer for."""

from datetime import date, timedelta

import pytest

from accounts.identity import recheck
from accounts.models import Identity, IdentityCheck
from tests.cast import make_citizen


@pytest.fixture
def waiting(amina, now):
    amina.identity = Identity.PENDING
    amina.recheck_at = now
    amina.save(update_fields=["identity", "recheck_at"])
    return amina


def test_a_pending_person_is_proven_when_the_registry_answers(waiting, now):
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.identity_changed_at, waiting.recheck_at) == (Identity.MATCHED, now, None)
    assert IdentityCheck.objects.get().fields_matched == ["number", "name", "birth_date"]


def test_asking_again_is_harmless(waiting, now):
    assert [recheck.recheck_due(now), recheck.recheck_due(now)] == [1, 0]
    assert IdentityCheck.objects.count() == 1


def test_nobody_is_asked_about_before_the_time(waiting, now):
    assert recheck.recheck_due(now - timedelta(seconds=1)) == 0


def test_a_mismatch_found_later_is_kept_and_nobody_is_shut_out(waiting, now):
    waiting.birth_date = date(1990, 3, 28)
    waiting.save(update_fields=["birth_date"])
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.user.is_active) == (Identity.MISMATCHED, True)


def test_a_registry_that_stays_away_is_asked_ever_more_rarely(waiting, settings, now):
    settings.REGISTRY = "tests.accounts.identity.test_registries.Down"
    waits = []
    for _ in range(8):
        assert recheck.recheck_due(now) == 0
        waiting.refresh_from_db()
        waits.append((waiting.recheck_at - now).total_seconds() / 60)
        now = waiting.recheck_at
    assert waits == [10, 20, 40, 80, 160, 320, 360, 360]


def test_a_person_whose_number_another_has_proven_meanwhile_waits_for_the_cmu(waiting, now):
    owner = make_citizen("أمينة", "الخطيب", "9902103456", "+962790009999")
    assert recheck.recheck_due(now) == 1
    waiting.refresh_from_db()
    assert (waiting.identity, waiting.conflicts_with, waiting.recheck_at) == (Identity.PENDING, owner, None)
