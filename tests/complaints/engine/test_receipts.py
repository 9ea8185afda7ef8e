"""The seal of a receipt: who issued it, what has become of the case since, and nothing for a guess."""

from base64 import b64encode
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import Citizen, User
from complaints import actions
from complaints.engine import notices
from complaints.engine.notices import Receipt, Standing
from complaints.models import Case
from tests.complaints.portal.cases.browsing import MORE


def standing(token: str) -> Standing | None:
    found = notices.read(token)
    return found and found.standing


def test_a_receipt_is_unchanged_until_the_case_changes(closed: Case, amina: Citizen, omar: User, now: datetime) -> None:
    token = notices.seal(closed, at=now)
    known = Receipt(now.date(), Standing.UNCHANGED, None, closed.reference, "complaint")
    assert notices.read(token) == known
    # A note among staff is no newer state of what the citizen has.
    actions.note(closed, by=omar, at=now, text=MORE)
    assert notices.read(token) == known
    later = now + timedelta(days=1)
    actions.object_to(closed, by=amina.user, at=later, text="ما زالت المياه مقطوعة.")
    assert notices.read(token) == Receipt(now.date(), Standing.CHANGED, later.date(), closed.reference, "complaint")
    assert standing(notices.seal(closed, at=later)) == Standing.UNCHANGED


def test_a_case_that_was_changed_past_its_history_is_doubtful(closed: Case, now: datetime) -> None:
    token = notices.seal(closed, at=now)
    Case.objects.filter(pk=closed.pk).update(details="نص آخر")
    assert standing(token) == Standing.DOUBTFUL
    Case.objects.filter(pk=closed.pk).update(details=closed.details, chain=bytes(32))
    assert standing(token) == Standing.DOUBTFUL


def test_an_erased_case_says_since_when(closed: Case, now: datetime) -> None:
    token = notices.seal(closed, at=now)
    Case.objects.filter(pk=closed.pk).update(erased_at=now + timedelta(days=400))
    assert notices.read(token) == Receipt(
        now.date(), Standing.ERASED, (now + timedelta(days=400)).date(), closed.reference, "complaint"
    )


@pytest.mark.parametrize(
    "token", ["", "x", "BCDFGH", "A" * 62, "https", "…", "=" * 9, "A" * 4000], ids=lambda token: token[:6] or "empty"
)
def test_a_guess_or_the_code_of_another_system_is_none_of_ours(token: str) -> None:
    assert notices.read(token) is None


def test_every_letter_of_a_code_counts_and_a_key_that_is_gone_proves_nothing(
    closed: Case, now: datetime, settings: Settings
) -> None:
    token = notices.seal(closed, at=now)
    for place in range(0, len(token) - 1, 7):
        letter = "A" if token[place] != "A" else "B"
        assert notices.read(token[:place] + letter + token[place + 1 :]) is None
    other = b64encode(bytes(range(96, 128))).decode()
    settings.HISTORY_KEYS = f"new:{other},{settings.HISTORY_KEYS}"
    assert notices.read(token) is not None
    settings.HISTORY_KEYS = f"new:{other}"
    assert notices.read(token) is None
