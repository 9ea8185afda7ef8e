"""A rule tried on the cases of the last 30 days: what would have gone elsewhere, and nothing changed."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Governorate, RoutingRule, Topic
from complaints.models import Case
from complaints.suggestions.owners import LAST_30_DAYS, MOST_LISTED, Proposal, Trial, try_rule
from tests.cast import give_role
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk
from tests.prepared_rows import prepared


@pytest.fixture
@prepared
def rule(outage: Topic, amman: Governorate, water: Agency) -> RoutingRule:
    return RoutingRule.objects.create(topic=outage, governorate=amman, agency=water)


def tried(proposal: Proposal, at: datetime) -> Trial:
    return try_rule(proposal, scope=Case.objects.all(), at=at)


def test_a_changed_rule_names_the_cases_from_and_to(
    file_case: FileCase,
    rule: RoutingRule,
    outage: Topic,
    amman: Governorate,
    irbid: Governorate,
    gam: Agency,
    now: datetime,
) -> None:
    here, _elsewhere = file_case(governorate=amman), file_case(governorate=irbid)
    trial = tried(Proposal(outage, amman, "", gam, replaces=rule), now)
    moved = [(one.case, one.before, one.after) for one in trial.moved]
    assert (trial.compared, moved) == (2, [(here, rule.agency, gam)])
    assert list(trial.ways) == [(rule.agency, gam, 1)]
    assert trial.agreeing == 0


def test_a_rule_of_the_same_topic_and_place_gives_way_without_being_named(
    file_case: FileCase, rule: RoutingRule, outage: Topic, amman: Governorate, gam: Agency, now: datetime
) -> None:
    file_case(governorate=amman)
    assert len(tried(Proposal(outage, amman, "", gam), now).moved) == 1


def test_a_town_goes_before_the_governorate_and_touches_nothing_else(
    file_case: FileCase, rule: RoutingRule, outage: Topic, amman: Governorate, gam: Agency, now: datetime
) -> None:
    town = file_case(governorate=amman, area="سحاب", place="قرب السوق")
    file_case(governorate=amman, area="الجبيهة")
    trial = tried(Proposal(outage, amman, "سحاب", gam), now)
    assert [one.case for one in trial.moved] == [town]


def test_a_rule_taken_from_a_place_leaves_its_cases_without_one(
    file_case: FileCase, rule: RoutingRule, outage: Topic, amman: Governorate, irbid: Governorate, water: Agency,
    now: datetime,
) -> None:  # fmt: skip
    file_case(governorate=amman)
    trial = tried(Proposal(outage, irbid, "", water, replaces=rule), now)
    assert [(one.before, one.after) for one in trial.moved] == [(water, None)]


def test_a_case_that_came_to_the_new_agency_anyway_is_counted(
    file_case: FileCase, yusuf: User, outage: Topic, amman: Governorate, gam: Agency, now: datetime
) -> None:
    file_case(governorate=amman, agency=gam)
    trial = tried(Proposal(outage, None, "", gam), now)
    assert (len(trial.moved), trial.agreeing) == (1, 1)


def test_only_the_last_month_is_asked(file_case: FileCase, outage: Topic, gam: Agency, now: datetime) -> None:
    file_case(at=now - LAST_30_DAYS)
    file_case(at=now - LAST_30_DAYS + timedelta(minutes=1))
    file_case(at=now)
    assert tried(Proposal(outage, None, "", gam), now).compared == 2


def test_a_rule_of_a_group_is_tried_on_all_its_topics(
    file_case: FileCase, outage: Topic, gam: Agency, now: datetime
) -> None:
    file_case()
    assert outage.parent is not None
    assert len(tried(Proposal(outage.parent, None, "", gam), now).moved) == 1


# ---- the page ----


def asked(**said: str) -> dict[str, str]:
    return {"rule": "", "topic": "outage", "governorate": "", "place": "", "agency": "gam", **said}


def test_the_page_lists_the_cases_and_changes_nothing(
    desk: Desk, file_case: FileCase, rule: RoutingRule, lina: User, gam: Agency, amman: Governorate, water: Agency
) -> None:
    case = file_case(governorate=amman)
    page = desk(lina).get(reverse("rules-try"), asked(governorate="JO-AM"))
    text = page.content.decode()
    assert "from Jordan Water Company to Greater Amman Municipality: 1 case" in text
    assert reverse("desk-case", args=[case.reference]) in text
    case.refresh_from_db()
    assert (case.agency, case.version, RoutingRule.objects.get().agency) == (water, 1, water)


def test_a_chosen_rule_says_what_is_left_empty(
    desk: Desk, file_case: FileCase, rule: RoutingRule, lina: User, gam: Agency, amman: Governorate
) -> None:
    file_case(governorate=amman)
    page = desk(lina).get(reverse("rules-try"), asked(rule=str(rule.pk), topic=""))
    assert [(one.before, one.after) for one in page.context["trial"].moved] == [(rule.agency, gam)]


def test_twenty_five_are_listed_and_all_are_counted_in_as_many_statements(
    desk: Desk, file_case: FileCase, lina: User, gam: Agency, now: datetime
) -> None:
    client = desk(lina)

    def statements() -> int:
        client.get(reverse("rules-try"), asked())
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("rules-try"), asked())
        return len(captured)

    file_case()
    one = statements()
    for minutes in range(MOST_LISTED):
        file_case(at=now - timedelta(minutes=minutes))
    trial = client.get(reverse("rules-try"), asked()).context["trial"]
    assert (len(trial.moved), len(trial.listed), statements()) == (26, 25, one)


@pytest.mark.usefixtures("gam", "outage")
def test_what_makes_no_rule_is_said(desk: Desk, lina: User) -> None:
    client = desk(lina)
    for said, field in (
        ({"topic": ""}, "topic"),
        ({"agency": ""}, "agency"),
        ({"agency": "atlantis"}, "agency"),
        ({"topic": "atlantis"}, "topic"),
        ({"place": "سحاب"}, "governorate"),
        ({"rule": "0"}, "rule"),
    ):
        page = client.get(reverse("rules-try"), asked(**said))
        assert (list(page.context["form"].errors), "trial" in page.context) == ([field], False), said


@pytest.mark.usefixtures("gam", "outage")
def test_the_head_of_the_unit_is_led_to_the_form_that_saves_it(desk: Desk, lina: User, cmu: Agency) -> None:
    text = "Only the head of the CMU can save a rule. Send them the address of this page."
    assert text in desk(lina).get(reverse("rules-try"), asked()).content.decode()
    give_role(lina, cmu, Role.CMU_HEAD)
    page = desk(lina).get(reverse("rules-try"), asked()).content.decode()
    assert reverse("directory-add", args=["rules"]) in page


def test_trying_is_the_units_alone(
    desk: Desk, omar: User, nadia: User, yusuf: User, sami: User, amina: Citizen
) -> None:
    people = (omar, nadia, yusuf, sami, amina)
    assert [desk(person).get(reverse("rules-try")).status_code for person in people] == [404] * 5
