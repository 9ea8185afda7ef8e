"""Triage: whose a case may be and why, sending it there, and closing what is no case."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency, Governorate, RoutingRule, Topic
from complaints.actions import decline
from complaints.models import Case
from notifications.models import Message
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent, statements_of
from tests.prepared_rows import prepared

NOT_OURS = "الشارع داخل حدود الأمانة"


def test_the_refusals_reason_stands_beside_the_citizens_words(
    desk: Desk, referred: Case, omar: User, lina: User, gam: Agency, now: datetime
) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
    page = desk(lina).get(reverse("triage"))
    item, _row = page.context["items"][0]
    assert (item.case, item.refusal.text) == (referred, NOT_OURS)
    assert [text in page.content.decode() for text in (referred.details, NOT_OURS)] == [True, True]


@pytest.fixture
@prepared
def refuse(file_case: FileCase, omar: User, gam: Agency, irbid: Governorate, now: datetime) -> Callable[[], Case]:
    """Return a function that files a case of Irbid, which omar declines in favour of Greater Amman."""

    def make() -> Case:
        case = file_case(governorate=irbid)
        decline(case, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=gam)
        return case

    return make


def test_the_proposed_owner_comes_first_then_the_rule_each_with_its_reason(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency, ncc: Agency, outage: Topic, irbid: Governorate
) -> None:
    RoutingRule.objects.create(topic=outage, governorate=irbid, agency=ncc)
    refuse()
    item, _row = desk(lina).get(reverse("triage")).context["items"][0]
    assert [(one.agency, one.reason) for one in item.suggestions] == [
        (gam, "Proposed by Jordan Water Company, which declined the case"),
        (ncc, "The rule for this topic and place"),
    ]


def test_a_rule_of_another_place_suggests_nothing(
    desk: Desk, triaged: Case, lina: User, gam: Agency, outage: Topic, irbid: Governorate
) -> None:
    RoutingRule.objects.create(topic=outage, governorate=irbid, agency=gam)
    item, _row = desk(lina).get(reverse("triage")).context["items"][0]
    assert list(item.suggestions) == []


def test_an_agency_without_an_officer_is_named_as_the_reason(
    desk: Desk, file_case: FileCase, lina: User, gam: Agency
) -> None:
    file_case(agency=gam)
    page = desk(lina).get(reverse("triage")).content.decode()
    assert "The citizen chose Greater Amman Municipality, which has no active liaison officer." in page


def test_nothing_is_sent_by_looking(desk: Desk, triaged: Case, lina: User) -> None:
    desk(lina).get(reverse("triage"))
    triaged.refresh_from_db()
    assert (triaged.state, triaged.version) == ("triage", 1)


def test_referring_tells_the_agency_and_the_citizen(desk: Desk, triaged: Case, lina: User, water: Agency) -> None:
    answer = desk(lina).post(address("desk-refer", triaged), sent(triaged, agency="miyahuna"))
    triaged.refresh_from_db()
    assert (answer.status_code, triaged.state, triaged.agency) == (302, "referred", water)
    told = set(Message.objects.filter(reference=triaged.reference).values_list("template", flat=True))
    assert told == {"case_received_triage", "cmu_triage", "case_moved", "officer_new_case"}


def test_an_agency_that_cannot_receive_it_is_refused_with_its_reason(
    desk: Desk, triaged: Case, lina: User, gam: Agency
) -> None:
    page = desk(lina).post(address("desk-refer", triaged), sent(triaged, agency="gam"))
    triaged.refresh_from_db()
    text = (
        "Greater Amman Municipality has no active liaison officer today and cannot receive cases. "
        "Choose another agency."
    )
    assert page.context["form"].errors == {"agency": [text]}
    assert (page.status_code, triaged.state) == (200, "triage")


def test_an_agency_that_is_none_is_refused(desk: Desk, triaged: Case, lina: User, ncc: Agency) -> None:
    client = desk(lina)
    for agency in ("", "atlantis", "cmu", "ncc"):
        page = client.post(address("desk-refer", triaged), sent(triaged, agency=agency))
        assert list(page.context["form"].errors) == ["agency"], agency


def test_a_new_start_of_the_limit_needs_its_reason(desk: Desk, triaged: Case, lina: User) -> None:
    typed = sent(triaged, agency="miyahuna", resets_limit="on")
    page = desk(lina).post(address("desk-refer", triaged), typed)
    assert page.context["form"].errors == {"reason": ["Enter why the deadline is counted from today"]}
    answer = desk(lina).post(address("desk-refer", triaged), typed | {"reason": "وصلت إلى الجهة بعد أسبوع"})
    assert answer.status_code == 302


def test_a_case_is_taken_back_and_sent_elsewhere(
    desk: Desk, accepted: Case, lina: User, gam: Agency, yusuf: User
) -> None:
    answer = desk(lina).post(address("desk-refer", accepted), sent(accepted, agency="gam", reason="الشارع للأمانة"))
    accepted.refresh_from_db()
    assert (answer.status_code, accepted.state, accepted.agency) == (302, "referred", gam)


def test_what_is_no_case_is_closed_with_a_reason(desk: Desk, triaged: Case, lina: User) -> None:
    page = desk(lina).post(address("desk-archive", triaged), sent(triaged, reason=""))
    assert list(page.context["form"].errors) == ["reason"]
    answer = desk(lina).post(
        address("desk-archive", triaged), sent(triaged, reason="نزاع بين جارين، والمحكمة مختصة به.")
    )
    triaged.refresh_from_db()
    assert (answer.status_code, triaged.state, triaged.outcome) == (302, "closed", "inadmissible")


def test_an_agency_does_neither(desk: Desk, referred: Case, omar: User) -> None:
    for name in ("desk-refer", "desk-archive"):
        assert desk(omar).get(address(name, referred)).status_code == 404, name


def test_triage_is_the_units_alone(desk: Desk, triaged: Case, omar: User, sami: User, amina: Citizen) -> None:
    assert [desk(person).get(reverse("triage")).status_code for person in (omar, sami, amina)] == [404, 404, 404]


def test_three_cases_cost_what_one_does(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency, outage: Topic, irbid: Governorate
) -> None:
    RoutingRule.objects.create(topic=outage, governorate=irbid, agency=gam)
    refuse()
    one = statements_of(desk(lina), reverse("triage"))
    refuse()
    refuse()
    assert (one, statements_of(desk(lina), reverse("triage"))) == (17, 17)


def test_a_suggested_agency_without_an_officer_has_no_button(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency
) -> None:
    refuse()
    item, _row = desk(lina).get(reverse("triage")).context["items"][0]
    assert [(one.agency, one.can_receive) for one in item.suggestions] == [(gam, False)]


def test_a_suggested_agency_with_an_officer_can_be_sent_the_case_at_once(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency, yusuf: User
) -> None:
    case = refuse()
    item, _row = desk(lina).get(reverse("triage")).context["items"][0]
    assert [(one.agency, one.can_receive) for one in item.suggestions] == [(gam, True)]
    answer = desk(lina).post(address("desk-refer", case), sent(case, agency="gam"))
    case.refresh_from_db()
    assert (answer.status_code, case.agency) == (302, gam)
