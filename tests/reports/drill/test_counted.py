"""The list behind a number holds exactly the cases that the number counts."""

import itertools
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.drill import lists
from reports.drill.counted import Question, counted_page
from reports.drill.lists import COUNTED, STANDING
from reports.figures import kept
from reports.figures.measures import MEASURES, NAMES
from reports.figures.reading import read
from reports.figures.sums import Dimension, Scope
from reports.models.figures import LISTED
from reports.periods import ReportPeriod
from tests.cast import NOW, make_staff, sign_in

PERIODS = [
    ReportPeriod(date(2025, 11, 1), date(2025, 11, 30)),
    ReportPeriod(date(2025, 12, 1), date(2026, 1, 31)),
]
#: What a case adds to at most once, so that there are as many cases as the number says.
ONCE = (
    "received", "came_back", "closed", "pending", "pending_month", "late", "answered", "confirmed", "disputed",
    "unanswered", "challenged_sent",
)  # fmt: skip


ALL = Scope()


def listed(
    name: str, period: ReportPeriod, scope: Scope = ALL, at: datetime = NOW, *, is_kept: bool = False
) -> list[int]:
    found: list[int] = []
    after = ""
    while True:
        page = counted_page(Question(Case.objects.all(), COUNTED[name], period, scope, at, is_kept), after=after)
        found.extend(page.keys)
        if not page.next:
            return found
        after = page.next


@pytest.mark.django_db
def test_kept_entries_list_the_cases_that_the_history_lists(cases: None) -> None:
    kept.refresh(at=NOW)
    busiest = Case.objects.filter(agency__isnull=False).latest("pk")
    scopes = (ALL, Scope(agencies=frozenset({busiest.agency_id})), Scope(topics=frozenset({busiest.topic_id, None})))
    for period, scope in itertools.product(PERIODS, scopes):
        found = {name: listed(name, period, scope) for name in COUNTED}
        by_entries = {name: listed(name, period, scope, is_kept=True) for name in COUNTED}
        assert {name: len(keys) for name, keys in by_entries.items()} == {
            name: len(set(keys)) for name, keys in by_entries.items()
        }
        # What stands is listed by when it ended, which the history does not know before the end.
        acts = {name for name, each in COUNTED.items() if each.is_of_acts}
        assert {name: by_entries[name] for name in acts} == {name: found[name] for name in acts}
        assert {name: set(keys) for name, keys in by_entries.items()} == {
            name: set(keys) for name, keys in found.items()
        }
        assert sum(map(len, found.values())) > 20


def test_every_list_of_acts_is_found_by_one_index() -> None:
    groups = [set(group) for group in LISTED.values()]
    assert [
        name
        for name, each in COUNTED.items()
        if each.is_of_acts and not any({each.among} & one or set(each.plus) <= one for one in groups)
    ] == []


def test_every_measure_has_its_list() -> None:
    assert COUNTED.keys() >= MEASURES.keys()


@pytest.mark.django_db
def test_the_lists_hold_as_many_cases_as_the_numbers_say(cases: None) -> None:
    for period in PERIODS:
        reading = read(period, by=(Dimension.AGENCY,), at=NOW)
        for (agency,), figures in reading.rows.items():
            scope = Scope(agencies=frozenset({agency}))
            numbers = {name: figures.value(name) for name in ONCE}
            assert {name: len(listed(name, period, scope)) for name in ONCE} == numbers
        assert {name: len(listed(name, period)) for name in ONCE} == {name: reading.total.value(name) for name in ONCE}
        for name in MEASURES.keys() - set(ONCE):
            found = listed(name, period)
            assert len(found) == len(set(found))
            plus = COUNTED[name].plus[0]
            assert bool(found) or plus not in NAMES or not reading.total.amount(plus)
    total = read(PERIODS[1], at=NOW).total
    assert len(listed("answered_on_time", PERIODS[1])) + len(listed("answered_late", PERIODS[1])) == total.value(
        "answered"
    )


@pytest.mark.django_db
def test_a_list_is_of_its_topic_and_place(cases: None) -> None:
    some = Case.objects.filter(filed_at__gte=PERIODS[1].starts_at).exclude(topic=None).first()
    assert some is not None
    scope = Scope(topics=frozenset({some.topic_id}), governorates=frozenset({some.governorate_id}))
    found = Case.objects.filter(pk__in=listed("received", PERIODS[1], scope))
    assert some in found
    assert set(found.values_list("topic", "governorate")) == {(some.topic_id, some.governorate_id)}


# ---- the page ----


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.django_db
def test_who_opens_a_number_and_what_they_read(
    client: Client, cases: None, water: Agency, gam: Agency, cmu: Agency, lina: User, omar: User
) -> None:
    case = Case.objects.filter(agency=water, filed_at__gte=PERIODS[1].starts_at).latest("pk")
    own = Scope(agencies=frozenset({water.pk}))
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        url = lists.cases_url("received", PERIODS[1], own)
        reader = make_staff("pm@pm.example", "قارئ", "Reader", "+962790100077", cmu, Role.PM_OFFICE)
        opened = f'href="{reverse("desk-case", args=[case.reference])}"'
        assert opened in shown(sign_in(client, lina), url)
        assert opened in shown(sign_in(client, omar), url)
        office = shown(sign_in(client, reader), url)
        assert case.subject not in office
        assert opened not in office
        # Nobody is named, whoever reads.
        for person in (lina, omar, reader):
            page = shown(sign_in(client, person), url)
            assert case.citizen.first_name not in page
            assert case.citizen.family_name not in page
        refused = lists.cases_url("received", PERIODS[1], Scope(agencies=frozenset({gam.pk})))
        assert sign_in(client, omar).get(refused).status_code == 404
        # Without a scope an officer reads the own agency's.
        assert opened in shown(sign_in(client, omar), lists.cases_url("received", PERIODS[1]))


@pytest.mark.django_db
def test_a_list_says_that_a_case_stands_once_where_the_number_counts_it_each_time(client: Client, lina: User) -> None:
    said = "A case to which it happened more than once stands here once."
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        sign_in(client, lina)
        saying = {name for name in COUNTED if said in shown(client, lists.cases_url(name, PERIODS[1]))}
    assert {"objections", "bounces", "decided_late"} <= saying
    assert not saying & set(ONCE)


@pytest.mark.django_db
def test_an_address_that_nobody_wrote_leads_nowhere(client: Client, lina: User) -> None:
    sign_in(client, lina)
    days = "first=2026-01-01&last=2026-01-31"
    wrong = [
        "", "list=nonsense", f"list=nonsense&{days}", "list=received", f"list=level-supervisor&{days}",
        "list=received&first=2026-01-31&last=2026-01-01", "list=received&first=yesterday&last=2026-01-01",
        "list=received&first=2036-01-01&last=2036-01-31", f"list=received&{days}&agencies=x",
        f"list=received&{days}&topics=99999999999999999999",
    ]  # fmt: skip
    with time_machine.travel(NOW, tick=False):
        assert {query: client.get(f"{reverse(lists.PAGE)}?{query}").status_code for query in wrong} == dict.fromkeys(
            wrong, 404
        )
        odd = f"list=received&{days}&agencies=-&kinds=%27&after=nonsense"
        assert client.get(f"{reverse(lists.PAGE)}?{odd}").status_code == 200


@pytest.mark.django_db
def test_the_statements_of_a_page_do_not_grow_with_the_cases(
    client: Client, lina: User, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    sign_in(client, lina)
    with time_machine.travel(NOW, tick=False):
        for number, seed in ((9, 6), (81, 7)):
            generate(number, world=world, seed=seed, since=PERIODS[0].starts_at, until=NOW)
            client.get(lists.cases_url("closed", PERIODS[0]))
            # session, user, roles; successions, two sources, earliest case and calendar and the figures' own; the rows
            with django_assert_max_num_queries(14):
                client.get(lists.cases_url("closed", PERIODS[0]))


@pytest.mark.django_db
def test_every_list_of_now_is_shown_in_both_languages(client: Client, lina: User, cases: None) -> None:
    sign_in(client, lina)
    with time_machine.travel(NOW, tick=False):
        for name in STANDING:
            for language in ("ar", "en"):
                with translation.override(language):
                    shown(client, lists.list_url(name))


def test_an_address_says_what_it_is_read_as() -> None:
    scope = Scope(agencies=frozenset({3, None}), kinds=frozenset({"complaint"}))
    url = lists.cases_url("late", PERIODS[0], scope)
    query = dict(pair.split("=") for pair in url.partition("?")[2].replace("%2C", ",").split("&"))
    assert lists.read(query, today=NOW.date()) == lists.AskedList("late", PERIODS[0], scope)


def test_an_address_with_days_that_no_report_has_is_not_read() -> None:
    """Millennia of days would cost a worker seconds, and the day after the last one is an error."""
    asked = {"list": "late", "first": "2000-01-01", "last": "2026-12-31"}
    today = date(2026, 1, 4)
    assert lists.read(asked, today=today) is not None
    for wrong in ({"first": "0001-01-02"}, {"first": "1999-12-31"}, {"last": "2027-01-06"}, {"last": "9999-12-31"}):
        assert lists.read(asked | wrong, today=today) is None
