"""Declining and returning: reason, explanation and the proposed agency are all needed, and not the own agency."""

import pytest

from accounts.models import User
from agencies.models import Agency, Topic
from complaints.models import Case, Refusal
from tests.complaints.pages import Desk, address, sent

WHY = "الموقع على طريق رئيسي خارج حدود الشركة."


@pytest.fixture(params=["desk-decline", "desk-return"])
def page(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def case(page: str, request: pytest.FixtureRequest) -> Case:
    found: Case = request.getfixturevalue("referred" if page == "desk-decline" else "accepted")
    return found


def test_it_goes_back_to_triage_with_its_reason(desk: Desk, page: str, case: Case, omar: User, gam: Agency) -> None:
    typed = sent(case, reason="other_place", text=WHY, proposed_agency="gam")
    answer = desk(omar).post(address(page, case), typed)
    case.refresh_from_db()
    refusal = Refusal.objects.get(case=case)
    assert (answer.status_code, answer.url) == (302, "/en/staff/")  # the case is out of sight now
    assert (case.state, case.agency, case.bounces) == ("triage", None, 1)
    assert (refusal.reason, refusal.text, refusal.proposed_agency, refusal.after_accepting) == (
        "other_place",
        WHY,
        gam,
        page == "desk-return",
    )


def test_nothing_happens_without_a_reason_a_text_and_an_agency(
    desk: Desk, page: str, case: Case, omar: User, gam: Agency
) -> None:
    answer = desk(omar).post(address(page, case), sent(case))
    before = case.version
    case.refresh_from_db()
    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        "reason": ["Choose: Reason"],
        "text": ["Enter: Explanation for the CMU"],
        "proposed_agency": ["Choose: The agency you propose"],
    }
    assert (case.version, Refusal.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "we_are_busy"}, "reason"),
        ({"text": "لا"}, "text"),
        ({"text": "ا" * 5000}, "text"),
        ({"proposed_agency": "miyahuna"}, "proposed_agency"),
        ({"proposed_agency": "atlantis"}, "proposed_agency"),
        ({"proposed_agency": "cmu"}, "proposed_agency"),
    ],
)
def test_each_mistake_stands_beside_its_field_and_keeps_what_was_typed(
    desk: Desk, page: str, case: Case, omar: User, gam: Agency, wrong: dict[str, str], field: str
) -> None:
    typed = {"reason": "other_place", "text": WHY, "proposed_agency": "gam"} | wrong
    answer = desk(omar).post(address(page, case), sent(case, **typed))
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form["text"].value()) == (200, [field], typed["text"])
    assert Refusal.objects.count() == 0


def test_a_supervisor_may_too(desk: Desk, page: str, case: Case, nadia: User, gam: Agency) -> None:
    typed = sent(case, reason="shared", text=WHY, proposed_agency="gam")
    assert desk(nadia).post(address(page, case), typed).status_code == 302


def test_the_unit_may_not(desk: Desk, page: str, case: Case, lina: User, gam: Agency) -> None:
    typed = sent(case, reason="shared", text=WHY, proposed_agency="gam")
    assert desk(lina).post(address(page, case), typed).status_code == 404


def test_one_press_puts_in_an_agency_that_the_case_suggests(
    desk: Desk, page: str, case: Case, omar: User, gam: Agency, outage: Topic
) -> None:
    Topic.objects.filter(pk=outage.pk).update(suggested_agency=gam)
    opened = desk(omar).get(address(page, case))
    assert (opened.context["likely"], opened.context["form"]["reason"].value()) == ([gam], "other_agency")
    typed = {"version": case.version, "reason": "shared", "text": WHY, "propose": "gam"}
    form = desk(omar).post(address(page, case), typed).context["form"]
    assert {name: form[name].value() for name in ("reason", "text", "proposed_agency")} == {
        "reason": "shared",
        "text": WHY,
        "proposed_agency": "gam",
    }
    assert Refusal.objects.count() == 0
