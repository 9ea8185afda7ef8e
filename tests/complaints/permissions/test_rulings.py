"""After two bounces only the unit says whose a case is, with a reason, and then it binds."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from agencies.models import Agency
from complaints.actions import accept, decline, refer, return_case
from complaints.actions.classification import RulingNeedsReason
from complaints.actions.decisions import OwnAgencyProposed
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case, Refusal, Ruling
from complaints.permissions import policy, rulings
from complaints.workflow import Action
from tests.complaints import NOT_OURS, RULING
from tests.complaints.cases import Bounce
from tests.complaints.pages import Desk, address, sent
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

REFUSES = {"decline": decline, "return": return_case}


@pytest.fixture
@prepared
def ruled(bounced: Bounce, lina: User, water: Agency, now: datetime) -> Case:
    """A case that came back twice and that the unit ruled to be the water company's."""
    case = bounced(2, at=now)
    refer(case, by=lina, at=now, agency=water, reason=RULING)
    return case


def test_nothing_stands_in_the_way_of_what_nothing_forbids(referred: Case) -> None:
    assert [rulings.blockers(referred, action) for action in (Action.ACCEPT, Action.CLOSE)] == [[], []]


def test_an_agency_that_proposes_itself_is_told_so_beside_the_field(
    desk: Desk, referred: Case, omar: User, gam: Agency
) -> None:
    typed = sent(referred, reason="other_agency", text=NOT_OURS, proposed_agency="miyahuna")
    page = desk(omar).post(address("desk-decline", referred), typed)
    assert page.context["form"].errors == {
        "proposed_agency": ["This is your own agency. Propose the responsible agency instead."]
    }
    assert (page.status_code, Refusal.objects.count()) == (200, 0)


@pytest.mark.parametrize("what", ["decline", "return"])
def test_the_verb_refuses_the_own_agency_and_one_that_ended(
    request: pytest.FixtureRequest, omar: User, water: Agency, gam: Agency, now: datetime, what: str
) -> None:
    case = request.getfixturevalue("referred" if what == "decline" else "accepted")
    said = {"by": omar, "at": now, "reason": "other_agency", "text": NOT_OURS}
    with pytest.raises(OwnAgencyProposed):
        REFUSES[what](case, proposed_agency=water, **said)
    Agency.objects.filter(pk=gam.pk).update(ends_on="2026-01-03")
    gam.refresh_from_db()
    with pytest.raises(rulings.AgencyEnded):
        REFUSES[what](case, proposed_agency=gam, **said)
    case.refresh_from_db()
    assert (case.bounces, Refusal.objects.count()) == (0, 0)


def test_a_case_that_came_back_once_can_be_declined_again(
    bounced: Bounce, lina: User, omar: User, water: Agency, gam: Agency, now: datetime
) -> None:
    case = bounced(1, at=now)
    refer(case, by=lina, at=now, agency=water)
    assert policy.may(case, Action.DECLINE, omar, at=now)
    decline(case, by=omar, at=now, reason="shared", text=NOT_OURS, proposed_agency=gam)
    assert (case.state, case.bounces) == ("triage", 2)


def test_the_setting_says_after_how_many(
    bounced: Bounce, lina: User, omar: User, water: Agency, now: datetime, settings: Settings
) -> None:
    settings.BOUNCES_BEFORE_RULING = 3
    case = bounced(2, at=now)
    refer(case, by=lina, at=now, agency=water)
    assert policy.may(case, Action.DECLINE, omar, at=now)


def test_after_two_the_units_referral_needs_a_reason(bounced: Bounce, lina: User, water: Agency, now: datetime) -> None:
    case = bounced(2, at=now)
    with pytest.raises(RulingNeedsReason):
        refer(case, by=lina, at=now, agency=water)
    refer(case, by=lina, at=now, agency=water, reason=RULING)
    assert (case.state, Ruling.objects.filter(case=case).last().text) == ("referred", RULING)


def test_a_ruling_binds_before_and_after_it_is_accepted(ruled: Case, omar: User, gam: Agency, now: datetime) -> None:
    said = {"by": omar, "at": now, "reason": "other_agency", "text": NOT_OURS, "proposed_agency": gam}
    with pytest.raises(TransitionNotAllowed):
        decline(ruled, **said)
    accept(ruled, by=omar, at=now, days=2)
    with pytest.raises(TransitionNotAllowed):
        return_case(ruled, **said)
    assert (ruled.state, ruled.bounces) == ("in_progress", 2)


def test_the_unit_may_still_take_a_ruled_case_back_with_a_reason(
    ruled: Case, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    with pytest.raises(RulingNeedsReason):
        refer(ruled, by=lina, at=now, agency=gam)
    refer(ruled, by=lina, at=now, agency=gam, reason="أقرت الأمانة بأنها حفرت.")
    assert (ruled.agency, rulings.is_bound(ruled)) == (gam, True)


def test_the_page_says_why_the_button_is_missing_and_why_the_unit_ruled(desk: Desk, ruled: Case, omar: User) -> None:
    page = desk(omar).get(address("desk-case", ruled))
    sheet, buttons = page.context["competence"], page.context["panel"]
    assert sheet.is_bound
    assert "desk-decline" not in {button.url_name for button in (*buttons.answers, *buttons.others)}
    words = (
        "This case was sent back 2 times, and the CMU then decided which agency is responsible. "
        "The decision is binding: the case can neither be declined nor returned."
    )
    assert sheet.blockers == [words]
    assert [words in page.content.decode() for words in (sheet.blockers[0], RULING)] == [True, True]


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_of_the_missing_button_says_so_too_and_keeps_the_words(
    desk: Desk, ruled: Case, omar: User, method: str
) -> None:
    typed = sent(ruled, reason="other_agency", text=NOT_OURS, proposed_agency="gam")
    page = getattr(desk(omar), method)(address("desk-decline", ruled), typed)
    ruled.refresh_from_db()
    assert (page.status_code, ruled.state, Refusal.objects.count()) == (409, "referred", 2)
    assert "The decision is binding" in page.content.decode()
    assert page.context["typed_texts"] == ([("Your text", NOT_OURS)] if method == "post" else [])


def test_the_form_of_a_ruling_asks_for_its_reason(desk: Desk, bounced: Bounce, lina: User, now: datetime) -> None:
    case = bounced(2, at=now)
    pressed = desk(lina).post(address("desk-refer", case), sent(case, agency="miyahuna"))
    assert (pressed.status_code, pressed.context["form"].errors) == (200, {})
    page = desk(lina).post(address("desk-refer", case), sent(case, agency="miyahuna", reason=""))
    assert page.context["form"].errors == {"reason": ["Enter: Reason"]}
    assert "The case came back 2 times. Your referral is binding" in page.content.decode()
    typed = sent(case, agency="miyahuna", reason=RULING)
    assert desk(lina).post(address("desk-refer", case), typed).status_code == 302
    case.refresh_from_db()
    assert (case.state, case.agency.code) == ("referred", "miyahuna")


def test_triage_still_shows_how_often_it_came_back(desk: Desk, bounced: Bounce, lina: User, now: datetime) -> None:
    bounced(2, at=now)
    assert "came back 2 times" in desk(lina).get(reverse("triage")).content.decode()
