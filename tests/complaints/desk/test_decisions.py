"""What waits for a supervisor's decision, in a browser: found, decided, and looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import User
from complaints.actions import propose_extension
from complaints.models import Case
from tests.complaints.desk.hand import Hand
from tests.complaints.pages import Clock
from tests.journeys.look import Looks

pytestmark = pytest.mark.django_db(transaction=True)


def look(hand: Hand, name: str) -> None:
    """Look at the page in both languages."""
    looks, address = Looks(pictures=False), hand.page.url
    for language in ("ar", "en"):
        hand.page.goto(address.replace("/en/", f"/{language}/"))
        looks.at(hand.page, name, language=language)


def test_a_proposed_date_is_decided_from_the_view_of_decisions(
    hand: Hand, accepted: Case, omar: User, nadia: User, clock: Clock
) -> None:
    propose_extension(accepted, by=omar, at=clock.at, days=2, reason="القطعة غير متوفرة في المخزن.")
    before = Case.objects.get(pk=accepted.pk).promised_on
    hand.begin(nadia, "queue/")
    hand.click(hand.page.locator(".side a").filter(has_text="For me to decide"))
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("For me to decide")
    hand.click(hand.row(accepted))
    expect(hand.page.locator("main").get_by_text("A later date is waiting for your decision")).to_be_visible()
    look(hand, "date-to-decide")
    hand.click(hand.link("Decide on the proposed date"))
    hand.click(hand.page.locator("main form .btn").first)
    promised = Case.objects.get(pk=accepted.pk).promised_on
    assert promised is not None
    assert before is not None
    assert promised > before
    assert not accepted.events.filter(action="refuse_extension").exists()
