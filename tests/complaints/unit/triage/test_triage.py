"""Triage: whose a case may be and why, sending it there, and closing what is no case."""

from collections.abc import Callable
from datetime import datetime, timedelta

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
    item = page.context["lines"][0].item
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
    item = desk(lina).get(reverse("triage")).context["lines"][0].item
    assert [(one.agency, one.reason) for one in item.suggestions] == [
        (gam, "Proposed by Jordan Water Company, which declined the case"),
        (ncc, "The rule for this topic and place"),
    ]


def test_a_rule_of_another_place_suggests_nothing(
    desk: Desk, triaged: Case, lina: User, gam: Agency, outage: Topic, irbid: Governorate
) -> None:
    RoutingRule.objects.create(topic=outage, governorate=irbid, agency=gam)
    item = desk(lina).get(reverse("triage")).context["lines"][0].item
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


def test_a_line_a_case_leads_on_to_the_next_by_one_press(
    desk: Desk, file_case: FileCase, lina: User, gam: Agency, yusuf: User, outage: Topic, now: datetime
) -> None:
    """The whole of triage from its lines: count, folded suggestions, one press, the next case, and a case gone."""
    wrong: list[object] = []

    def expect(step: str, found: object, expected: object) -> None:
        if found != expected:
            wrong.append((step, found))

    RoutingRule.objects.create(topic=outage, governorate=None, agency=gam)
    first, second, third = (file_case(agency=None, at=now + timedelta(minutes=number)) for number in range(3))
    client = desk(lina)
    page = client.get(reverse("triage"))
    lines = page.context["lines"]
    expect("order", [line.item.case for line in lines], [first, second, third])
    expect(
        "counts", [client.get(reverse(name)).context["menu_counts"]["triage"] for name in ("triage", "queue")], [3, 3]
    )
    expect("closed until opened", " open>" in page.content.decode().partition('class="triage"')[2], False)
    leads = f"?list=view%3Dtriage&next={second.reference}"
    expect("a press leads on", [lines[0].action_suffix, lines[2].action_suffix], [leads, "?list=view%3Dtriage"])

    around = client.get(address("desk-case", second) + lines[1].suffix).context
    place = around["place"]
    expect("J and K", (place.previous, place.number, place.following), (first.reference, 2, third.reference))
    expect("the way back", around["work_list"].address, f"{reverse('triage')}?view=triage")

    answer = client.post(address("desk-refer", first) + leads, sent(first, agency="gam"))
    opened = f"{reverse('triage')}?view=triage&open={second.reference}"
    expect("to the next", answer.headers["Location"], opened)
    page = client.get(answer.headers["Location"])
    text = page.content.decode()
    expect("which is open", f'id="case-{second.reference}" open' in text, True)
    expect("and says what was done", "You referred the case to Greater Amman Municipality." in text, True)
    client.post(address("desk-refer", third), sent(third, agency="gam"))
    leads = f"?list=view%3Dtriage&next={third.reference}"
    answer = client.post(address("desk-archive", second) + leads, sent(second, reason="ليست من اختصاص أي جهة."))
    expect("the next has left", client.get(answer.headers["Location"]).context["lines"], [])
    assert wrong == []


def test_one_press_where_a_ruling_needs_its_reason_opens_the_form_without_a_mistake(
    desk: Desk, triaged: Case, lina: User, gam: Agency, yusuf: User, outage: Topic
) -> None:
    RoutingRule.objects.create(topic=outage, governorate=None, agency=gam)
    Case.objects.filter(pk=triaged.pk).update(bounces=2)
    client = desk(lina)
    text = client.get(reverse("triage")).content.decode()
    assert f"{address('desk-refer', triaged)}?agency=gam&amp;list=view%3Dtriage" in text
    pages = [
        client.get(address("desk-refer", triaged) + "?agency=gam"),
        client.get(address("desk-refer", triaged) + "?agency=atlantis"),
        client.post(address("desk-refer", triaged), sent(triaged, agency="gam")),
    ]
    found = [(page.status_code, page.context["form"].errors, page.context["form"]["agency"].value()) for page in pages]
    assert found == [(200, {}, "gam"), (200, {}, ""), (200, {}, "gam")]
    answer = client.post(address("desk-refer", triaged), sent(triaged, agency="gam", reason=""))
    assert list(answer.context["form"].errors) == ["reason"]


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
    assert (one, statements_of(desk(lina), reverse("triage"))) == (15, 15)


def test_a_suggested_agency_without_an_officer_has_no_button(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency
) -> None:
    refuse()
    item = desk(lina).get(reverse("triage")).context["lines"][0].item
    assert [(one.agency, one.can_receive) for one in item.suggestions] == [(gam, False)]


def test_a_suggested_agency_with_an_officer_can_be_sent_the_case_at_once(
    desk: Desk, refuse: Callable[[], Case], lina: User, gam: Agency, yusuf: User
) -> None:
    case = refuse()
    item = desk(lina).get(reverse("triage")).context["lines"][0].item
    assert [(one.agency, one.can_receive) for one in item.suggestions] == [(gam, True)]
    answer = desk(lina).post(address("desk-refer", case), sent(case, agency="gam"))
    case.refresh_from_db()
    assert (answer.status_code, case.agency) == (302, gam)
