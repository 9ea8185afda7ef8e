"""The report page and its files, as their readers and as strangers meet them."""

import io
import re
from datetime import date, datetime, timedelta
from html import unescape
from zipfile import ZipFile

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from accounts.models import Citizen, Membership, User
from accounts.roles import Role
from agencies.models import Agency, AgencySuccession, Topic
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures.reading import read
from reports.figures.sums import Scope
from reports.periods import ReportPeriod
from tests.cast import NOW, make_staff, sign_in

PAGES = ("reports", "reports-xlsx", "reports-csv")


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


# ---- who may ----


def statuses(client: Client) -> list[int]:
    """Return how each of the pages answers."""
    return [client.get(reverse(page)).status_code for page in PAGES]


READERS = {Role.CMU_STAFF, Role.CMU_HEAD, Role.PM_OFFICE}


def of_role(role: Role, cmu: Agency) -> Client:
    """Sit at the desk of somebody with a role."""
    number = list(Role).index(role)
    person = make_staff(f"{role}@cmu.example", "موظف", "Somebody", f"+9627901001{number:02}", cmu, role)
    return sign_in(Client(), person)


def test_readers_of_reports_open_every_page(cmu: Agency) -> None:
    assert {role: statuses(of_role(role, cmu)) for role in READERS} == dict.fromkeys(READERS, [200] * len(PAGES))


def test_no_other_role_finds_them(cmu: Agency, bare_404: None) -> None:
    others = set(Role) - READERS
    assert {role: statuses(of_role(role, cmu)) for role in others} == dict.fromkeys(others, [404] * len(PAGES))


def test_a_citizen_does_not_find_them(client: Client, amina: Citizen) -> None:
    assert statuses(sign_in(client, amina)) == [404] * len(PAGES)


def test_yesterdays_reader_does_not_find_them(client: Client, lina: User) -> None:
    Membership.objects.filter(user=lina).update(ends_on=date(2026, 1, 3))
    assert statuses(sign_in(client, lina)) == [404] * len(PAGES)


def test_who_is_not_signed_in_is_led_to_the_staff_door(client: Client) -> None:
    for page in PAGES:
        answer = client.get(reverse(page))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("staff-sign-in")), page


def test_nothing_is_posted_to_them(at_the_cmu: Client) -> None:
    assert [at_the_cmu.post(reverse(page)).status_code for page in PAGES] == [405] * len(PAGES)


# ---- the page ----


def shown(client: Client, query: str = "", language: str = "en") -> str:
    with translation.override(language):
        answer = client.get(reverse("reports") + query)
    assert answer.status_code == 200
    # However the markup is laid out: where a tag begins or ends, white space says nothing here.
    return re.sub(r"\s*([<>])\s*", r"\1", " ".join(answer.content.decode().split()))


def test_the_page_shows_the_current_month_first(at_the_cmu: Client, cases: None) -> None:
    page = shown(at_the_cmu)
    assert 'name="first" value="1/1/2026"' in page
    assert 'name="last" value="4/1/2026"' in page
    assert 'aria-current="page">This month' in page
    assert "Figures as of now:" in page


def test_a_past_span_stands_as_it_was_at_its_end(at_the_cmu: Client, cases: None) -> None:
    page = shown(at_the_cmu, "?span=last-month")
    assert 'name="first" value="1/12/2025"' in page
    assert "Figures as of the end of the last day." in page


def test_arabic_digits_choose_the_days(at_the_cmu: Client, cases: None) -> None:
    page = shown(at_the_cmu, "?first=١/١١/٢٠٢٥&last=٣٠/١١/٢٠٢٥", language="ar")
    assert '<time datetime="2025-11-01">1 تشرين الثاني 2025</time>' in page
    assert '<time datetime="2025-11-30">30 تشرين الثاني 2025</time>' in page


def test_a_wrong_span_is_answered_beside_the_field_and_keeps_what_was_typed(at_the_cmu: Client) -> None:
    page = shown(at_the_cmu, "?first=31/2/2026&last=1/3/2025")
    assert "That month does not have this day" in page
    assert 'value="31/2/2026"' in page
    assert "1 thing to fix" in page
    assert "Correct what is marked to see the figures." in page
    assert "figures.xlsx" not in page


def test_nonsense_in_the_address_shows_the_current_month(at_the_cmu: Client) -> None:
    for query in ("?span=nonsense", "?figure=nonsense", "?span=&figure=", "?figure=__class__"):
        assert 'name="first" value="1/1/2026"' in shown(at_the_cmu, query), query


def test_each_figure_can_be_drawn(at_the_cmu: Client, cases: None) -> None:
    names = {"received": "Received", "closed": "Closed", "pending": "Pending", "late": "Past first deadline"}
    for figure, name in names.items():
        page = shown(at_the_cmu, f"?span=last-month&figure={figure}")
        assert page.count(f'aria-label="{name}. ') == 3
        assert f'href="?span=last-month&amp;figure={figure}#drawings" aria-current="page"' in page


def test_every_number_of_a_breakdown_opens_as_many_cases(at_the_cmu: Client, cases: None) -> None:
    """Of last month by kind, topic, agency and outcome; within a kind the lists are of the kind too."""
    found = re.compile(r'<a href="([^"]+\?list=[^"]+)"><bdi dir="ltr" class="nowrap">(\d+)</bdi></a>')
    for limit in ("", "&kind=complaint"):
        tables = shown(at_the_cmu, f"?span=last-month{limit}").partition('id="drawings"')[2]
        links = {unescape(href): int(number) for href, number in found.findall(tables)}
        wrong = {
            href: number
            for href, number in links.items()
            if len(at_the_cmu.get(href).context["rows"]) != number or ("kinds=complaint" in href) < bool(limit)
        }
        named = ("&agencies=", "&topics=", "&kinds=", "list=outcome_")
        assert (wrong, {name for name in named if name not in "".join(links)}) == ({}, set())


def test_an_empty_span_says_so(at_the_cmu: Client) -> None:
    page = shown(at_the_cmu, "?first=1/1/2001&last=2/1/2001")
    assert "No cases in this period." in page


def test_the_statements_of_the_page_do_not_grow_with_the_cases(
    at_the_cmu: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown(at_the_cmu)  # the first page of a session also writes when it was seen
    # None of them hangs on a clock that went on after the end, which the figures ask the calendar about.
    for number, seed in ((9, 6), (81, 7)):
        generate(number, world=world, seed=seed, since=NOW - timedelta(days=30), until=NOW)
        # session with its user, roles, how far figures are kept, successions, figures, names of the agencies today and
        # then, names of the topics; calendar, holdings and names for the working time
        with django_assert_num_queries(25):
            shown(at_the_cmu, "?span=last-month")


# ---- a part of the cases ----


def test_a_part_of_the_cases_is_said_and_counted_on_the_page_and_in_both_files(
    at_the_cmu: Client, world: World, water: Agency, leak: Topic
) -> None:
    generate(12, world=world, seed=6, since=NOW - timedelta(days=30), until=NOW)
    query = "?first=1/12/2025&last=31/12/2025&agency=miyahuna&topic=water-leak&kind=complaint&channel=&governorate="
    period = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))
    scope = Scope(frozenset({water.pk}), frozenset({leak.pk}), frozenset({"complaint"}))
    part, whole = (read(period, scope=each, at=NOW).total.amount("received") for each in (scope, Scope()))
    assert 0 < part < whole
    page = shown(at_the_cmu, query)
    said = "Agency: Jordan Water Company · Topic: Water leak in the street · Kind: Complaint"
    assert f"<h1>All figures: {said}</h1>" in page
    assert f'<b><bdi dir="ltr" class="nowrap">{part}</bdi></b><span class="what">Received</span>' in page
    assert f"agencies={water.pk}&amp;topics={leak.pk}&amp;kinds=complaint" in page
    assert 'name="first" value="1/12/2025"' in page
    assert "span=year&amp;figure=received&amp;agency=miyahuna&amp;topic=water-leak&amp;kind=complaint" in page
    with translation.override("en"):
        values = at_the_cmu.get(reverse("reports-csv") + query).getvalue().decode()
        book = at_the_cmu.get(reverse("reports-xlsx") + query).getvalue()
    assert values.splitlines()[-1] == (
        f"2025-12-01,2025-12-31,Total,Total,{part},{values.splitlines()[-1].split(',', 5)[5]}"
    )
    assert {line.rsplit(",", 1)[-1] for line in values.splitlines()[1:]} == {said}
    assert f"2024-12-01,2024-12-31,All measures,Received,{',' * 10}0,{said}" in values
    with ZipFile(io.BytesIO(book)) as parts:
        assert said in parts.read("xl/sharedStrings.xml").decode()


def test_a_part_that_is_none_is_answered_beside_its_box_and_the_days_stay(at_the_cmu: Client, water: Agency) -> None:
    page = shown(at_the_cmu, "?first=1/12/2025&last=31/12/2025&agency=nonsense&kind=praise")
    assert "Error:" in page.partition("</title>")[0]
    assert "1 thing to fix" in page
    assert "Correct what is marked to see the figures." in page
    assert ('name="first" value="1/12/2025"' in page, 'value="praise" selected' in page) == (True, True)
    assert at_the_cmu.get(reverse("reports-csv") + "?agency=nonsense").status_code == 302


def test_an_agency_whose_work_another_does_is_not_offered(
    at_the_cmu: Client, water: Agency, gam: Agency, lina: User
) -> None:
    AgencySuccession.objects.create(
        predecessor=water, successor=gam, final=gam, on=NOW.date(), reason="دمج", planned_by=lina.pk, planned_at=NOW,
        executed_at=NOW,
    )  # fmt: skip
    page = shown(at_the_cmu)
    assert ('value="gam"' in page, 'value="miyahuna"' in page, 'value="-"' in page) == (True, False, True)


# ---- the files ----


def test_a_file_is_saved_under_a_name_with_its_span(at_the_cmu: Client, cases: None) -> None:
    for ending, kind in (
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        answer = at_the_cmu.get(reverse(f"reports-{ending}"), {"first": "1/12/2025", "last": "31/12/2025"})
        assert answer.headers["Content-Disposition"] == f'attachment; filename="report_2025-12-01_2025-12-31.{ending}"'
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.streaming


def test_the_csv_holds_what_the_page_shows(at_the_cmu: Client, cases: None) -> None:
    with translation.override("en"):
        answer = at_the_cmu.get(reverse("reports-csv"), {"span": "last-month"})
    text = answer.getvalue().decode()
    received = text.splitlines()[-1].split(",")[4]
    assert f'<b><bdi dir="ltr" class="nowrap">{received}</bdi></b><span class="what">Received</span>' in shown(
        at_the_cmu, "?span=last-month"
    )


def test_a_file_of_a_wrong_span_leads_back_to_the_page_that_explains(at_the_cmu: Client) -> None:
    for name in ("reports-csv", "reports-xlsx"):
        answer = at_the_cmu.get(reverse(name), {"first": "31/2/2026", "last": "1/3/2026"})
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{reverse('reports')}?first=31%2F2%2F2026&last=1%2F3%2F2026"


def test_dates_of_the_page_are_those_of_amman(client: Client, lina: User) -> None:
    with time_machine.travel(datetime.fromisoformat("2026-01-31T22:30:00+00:00"), tick=False):
        assert 'name="first" value="1/2/2026"' in shown(sign_in(client, lina))
