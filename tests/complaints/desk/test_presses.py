"""How many presses the daily acts take from the list: by pointer, and by keys."""

from datetime import datetime

import pytest

from accounts.models import User
from agencies.models import Agency, Directorate, Topic
from complaints.actions import accept
from complaints.models import Case, StandardText
from tests.complaints import DONE, FOUND, NOT_OURS
from tests.complaints.cases import FileCase
from tests.complaints.desk.hand import Hand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cases(
    file_case: FileCase, omar: User, gam: Agency, network: Directorate, outage: Topic, now: datetime
) -> dict[str, Case]:
    """A case for each act; its topic suggests another agency, and the desk has a standard text."""
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=gam)
    words = {"found": FOUND, "done": DONE, "changed_by": omar, "changed_at": now}
    StandardText.objects.create(title="Mended", agency=network.agency, outcome="solved", **words)
    cases = {act: file_case() for act in ("accept", "accept by keys", "close", "decline and text")}
    accept(cases["close"], by=omar, at=now, days=2, directorate=network)
    return cases


@pytest.mark.usefixtures("yusuf")
def test_daily_acts_take_few_presses(hand: Hand, cases: dict[str, Case], omar: User, lina: User, gam: Agency) -> None:
    found = {
        "accept": _accept(hand, cases["accept"], omar),
        "accept by keys": _accept_by_keys(hand, omar),
        "close": _close(hand, cases["close"], omar),
        "decline and text": _decline(hand, cases["decline and text"], omar, gam),
        "refer": _refer(hand, lina, gam),
    }
    states = {act: Case.objects.get(pk=case.pk).state for act, case in cases.items()}
    accepted = dict.fromkeys(("accept", "accept by keys"), "in_progress")
    assert states == {**accepted, "close": "closed", "decline and text": "referred"}
    assert found == {"accept": 3, "accept by keys": 4, "close": 4, "decline and text": 4, "refer": 1}


def _accept(hand: Hand, case: Case, officer: User) -> int:
    hand.begin(officer, "queue/?view=competence&sort=oldest")
    hand.click(hand.row(case))
    hand.click(hand.link("Yes, accept"))
    hand.click(hand.button("Accept and send"))
    return hand.presses


def _accept_by_keys(hand: Hand, officer: User) -> int:
    hand.begin(officer, "queue/?view=competence&sort=oldest")
    hand.key("j", leads_on=False)
    for key in ("Enter", "a", "Enter"):
        hand.key(key)
    return hand.presses


def _close(hand: Hand, case: Case, officer: User) -> int:
    hand.begin(officer, "queue/?view=progress&sort=newest")
    hand.click(hand.row(case))
    hand.click(hand.link("Close with an answer"))
    hand.click(hand.button("Mended"), leads_on=False)
    hand.click(hand.button("Close and send"))
    return hand.presses


def _decline(hand: Hand, case: Case, officer: User, other: Agency) -> int:
    hand.begin(officer, "queue/?view=competence&sort=newest")
    hand.click(hand.row(case))
    hand.click(hand.link("No, decline with a reason"))
    hand.page.fill("[name=text]", NOT_OURS)
    hand.click(hand.button(other.name_en), leads_on=False)
    hand.click(hand.button("Decline and send to the CMU"))
    return hand.presses


def _refer(hand: Hand, unit: User, agency: Agency) -> int:
    hand.begin(unit, "triage/")
    hand.click(hand.page.locator("main").get_by_role("button", name=agency.name_en).first)
    return hand.presses
