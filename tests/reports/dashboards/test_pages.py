"""The start pages of figures as their readers meet them: what each says, to whom, and in how many statements."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies import successions
from agencies.models import Agency, AgencySuccession, Topic
from agencies.reference_changes import Author
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.dashboards import kept
from reports.dashboards.agency import find_peers
from reports.dashboards.rises import daily_counts, rise_facts, rises
from reports.dashboards.unit import quiet_sentences, rise_sentences
from reports.figures.measures import NAMES, Figures
from reports.models import PhenomenonCase
from reports.phenomena.actions import Description, record_by_hand
from tests.cast import NOW, make_agency, make_staff, sign_in

pytestmark = pytest.mark.django_db
PAGES = ("unit-dashboard", "pm-dashboard", "own-figures")


@pytest.fixture(autouse=True)
def _today(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def shown(client: Client, name: str, *args: str, language: str = "en") -> str:
    with translation.override(language):
        answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def burst(amina: Citizen, water: Agency, leak: Topic, number: int = 12) -> None:
    """File so many complaints about one thing today that it is a rise."""
    for minutes in range(number):
        filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="ماء")
        file(filing, by=amina.user, at=NOW - timedelta(minutes=minutes))


def test_the_page_of_a_merged_agency_leads_to_the_one_that_has_its_figures(
    client: Client, lina: User, yusuf: User, gam: Agency, water: Agency
) -> None:
    springs = make_agency("springs", "الينابيع", "Springs")
    rana = make_staff("rana@springs.example", "رنا", "Rana", "+962790100021", springs, Role.SUPERVISOR)
    plan = AgencySuccession(predecessor=water, successor=springs, on=NOW.date())
    planned = successions.plan(plan, author=Author(lina.pk, NOW - timedelta(days=9)))
    AgencySuccession.objects.filter(pk=planned.pk).update(executed_at=NOW)
    Agency.objects.filter(pk=water.pk).update(ends_on=NOW.date() - timedelta(days=1))
    old, new = (reverse("agency-dashboard", args=[code]) for code in ("miyahuna", "springs"))
    for person in (lina, rana):
        sign_in(client, person)
        assert client.get(old).headers.get("Location") == new
    assert client.get(reverse("own-figures")).headers.get("Location") == new
    sign_in(client, yusuf)
    assert client.get(old).status_code == 404


def test_the_unit_reads_what_waits_and_what_rises(
    client: Client, lina: User, omar: User, amina: Citizen, water: Agency, leak: Topic, gam: Agency
) -> None:
    burst(amina, water, leak)
    filing = Filing(citizen=amina, kind="complaint", agency=gam, topic=leak, subject="سلك على الأرض", details="خطر")
    waiting = file(filing, by=amina.user, at=NOW)
    Case.objects.filter(pk=waiting.pk).update(is_urgent=True)
    sign_in(client, lina)
    unready = shown(client, "unit-dashboard")
    assert "The lists below are being made." in unready
    assert unready.count("This list is not ready yet.") == len(kept.MAKERS)
    assert "No deadline is missed." not in unready
    said = Description("Leaks in the quarter", "", "", leak, None, water)
    phenomenon = record_by_hand(said, by=lina, at=NOW)
    for case in Case.objects.filter(agency=water):
        PhenomenonCase.objects.create(phenomenon=phenomenon, case=case, joined_at=NOW)
    kept.make_all(at=NOW)
    page = shown(client, "unit-dashboard")
    assert f'<a href="/en/staff/reports/phenomena/{phenomenon.pk}/">Leaks in the quarter</a>' in page
    assert "12 complaints in 7 days; in the 8 weeks before, there was none." in page
    assert "Half of them came on Sunday 4 January 2026 or later; no common cause is recorded yet." in page
    assert f"/staff/cases/{waiting.reference}/refer/" in page
    assert "Danger to life, in triage" in page
    assert f"/directives/new/?agency={water.code}" not in page  # the head of the unit issues them
    assert "Agencies without a liaison officer: <b>" in page
    arabic = shown(client, "unit-dashboard", language="ar")
    assert "12 شكوى خلال 7 أيام" in arabic
    assert "الأحد 4 كانون الثاني 2026" in arabic


def test_the_unit_page_takes_a_constant_number_of_statements(
    client: Client, lina: User, omar: User, amina: Citizen, water: Agency, leak: Topic,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    sign_in(client, lina)
    for number in (6, 18):
        burst(amina, water, leak, number)
        kept.make_all(at=NOW + timedelta(seconds=number))
        shown(client, "unit-dashboard")
        # session, user, roles; kept lists; agencies, topics; people; counts; cases of triage and refusals
        with django_assert_num_queries(UNIT_STATEMENTS):
            shown(client, "unit-dashboard")


UNIT_STATEMENTS = 8


def test_an_agency_reads_how_it_stands_and_nobody_elses_page(
    client: Client, cases: None, water: Agency, gam: Agency, omar: User, nadia: User, yusuf: User
) -> None:
    own = shown(sign_in(client, nadia), "agency-dashboard", "miyahuna")
    assert "Deadlines in danger, and missed" in own
    assert "There is no forecast yet" in own
    assert "Too few agencies got cases this month for a comparison" in own
    assert "January 2026" in own
    assert 'href="/en/staff/figures/cases/?list=' in own
    assert "أداء" not in own
    assert "كل رقم يفتح طلباته" in shown(client, "agency-dashboard", "miyahuna", language="ar")
    answer = client.get(reverse("own-figures"))
    assert answer["Location"].endswith("/staff/figures/agencies/miyahuna/")
    assert sign_in(client, yusuf).get(reverse("agency-dashboard", args=["miyahuna"])).status_code == 404


def test_officers_read_their_own_line_and_supervisors_all(
    client: Client, amina: Citizen, water: Agency, leak: Topic, omar: User, nadia: User
) -> None:
    burst(amina, water, leak, 2)
    first, second = Case.objects.order_by("pk")
    Case.objects.filter(pk=first.pk).update(officer=omar)
    Case.objects.filter(pk=second.pk).update(officer=nadia)
    supervisor = shown(sign_in(client, nadia), "agency-dashboard", "miyahuna")
    officer = shown(sign_in(client, omar), "agency-dashboard", "miyahuna")
    assert (
        "Omar Smadi</th>" in supervisor.replace("<bdi>", "").replace("</bdi>", ""),
        officer.count("Nadia Shara"),
    ) == (
        True,
        0,
    )


def test_peers_are_added_up_and_withheld_below_five() -> None:
    nothing = dict.fromkeys(NAMES, 0)
    others = {key: Figures(nothing | {"received": key, "answered": 1}) for key in range(1, 16)}
    peers = find_peers(8, others)
    assert peers is not None
    assert (peers.number, peers.figures.amount("answered"), peers.figures.amount("received")) == (9, 9, 67)
    assert (peers.value("received"), peers.value("answered_on_time")) == (Decimal("7.4"), 0)
    few = {key: Figures(nothing | {"received": 9}) for key in range(1, 8)}
    few[2] = Figures(nothing | {"received": 9, "answered": 4, "answered_in_time": 4, "objected": 1})
    withheld = find_peers(1, few)
    assert withheld is not None
    assert [withheld.value(name) for name in ("answered_on_time", "objections", "bounces")] == [None, None, 0]
    assert find_peers(1, {key: others[key] for key in range(1, 6)}) is None
    assert find_peers(99, {key: others[key] for key in range(1, 6)}) is not None


def test_the_prime_ministers_office_reads_the_country(client: Client, cases: None, cmu: Agency, lina: User) -> None:
    reader = make_staff("pm@pm.example", "قارئ", "Reader", "+962790100077", cmu, Role.PM_OFFICE)
    page = shown(sign_in(client, reader), "pm-dashboard")
    assert "Complaints of the country" in page
    assert "a year before:" in page
    assert shown(client, "agency-dashboard", "miyahuna").count("desk-case") == 0
    assert "الشكاوى في المملكة" in shown(client, "pm-dashboard", language="ar")
    assert "How agencies stand" in shown(client, "own-figures")
    make_agency("idle", "جهة بلا طلبات", "Idle Agency")
    with translation.override("en"):
        side_by_side = client.get(f"{reverse('own-figures')}?month=2025-12").content.decode()
    # Each number of an agency opens its cases; who got none stands below.
    assert {name for name in ("late", "answered_on_time", "received") if f"?list={name}&" not in side_by_side} == set()
    assert "Idle Agency" in side_by_side.partition("Agencies without cases in this month")[2]
    assert client.get(reverse("unit-dashboard")).status_code == 404


def test_the_statements_of_figures_do_not_grow_with_the_cases(client: Client, lina: User, world: World) -> None:
    sign_in(client, lina)
    counts = set()
    for number, seed in ((40, 6), (81, 7)):
        generate(number, world=world, seed=seed, since=NOW - timedelta(days=60), until=NOW)
        for name, args in (("pm-dashboard", ()), ("agency-dashboard", ("miyahuna",))):
            shown(client, name, *args)

            with CaptureQueriesContext(
                connection,
            ) as context:
                shown(client, name, *args)
            counts.add((name, len(context)))
    assert len(counts) == 2


def test_a_month_that_is_not_offered_is_this_one(client: Client, lina: User, water: Agency) -> None:
    sign_in(client, lina)
    for asked in ("2026-02", "nonsense", "1990-01", ""):
        answer = client.get(reverse("agency-dashboard", args=["miyahuna"]), {"month": asked})
        assert '<option value="2026-01" selected>' in answer.content.decode(), asked


def test_sentences_say_what_is_usual_and_what_is_known() -> None:
    row = {
        "count": 63, "earlier": [6, 9, 5, 8, 10, 7, 11, 6], "since": "2026-01-03",
        "facts": {"area": "الجبيهة", "named": 40, "joined": 30, "closed": 2},
    }  # fmt: skip
    with translation.override("en"):
        assert rise_sentences(row) == [
            "63 complaints in 7 days; in each of the 8 weeks before, there were from 5 to 11.",
            (
                "Half of them came on Saturday 3 January 2026 or later, and 40 of all are from \u2068الجبيهة\u2069; "
                "30 are joined as one problem, 2 are closed."
            ),
        ]
        likes = "and half of the agencies of its kind have"
        quiet = {
            "count": 1, "earlier": [20, 14, 30], "peers": [14, 30],
            "signs": {"officers": 1, "seen_at": "2025-11-18T10:00:00+03:00", "refused": 0, "filed_elsewhere": 3},
        }  # fmt: skip
        assert quiet_sentences(quiet, at=datetime.fromisoformat("2026-01-04T10:00:00+03:00")) == [
            f"1 case in 90 days; in earlier periods of the same length it had 14 to 30, {likes} 14 to 30.",
            "None of its liaison officers has signed in for 47 days.",
            "3 cases were filed elsewhere, and the agencies that declined them named this one.",
        ]


def test_of_places_that_equally_many_cases_name_that_of_the_first_case_is_said(
    amina: Citizen, water: Agency, leak: Topic, omar: User
) -> None:
    burst(amina, water, leak)
    # A changed row is stored behind those that were not.
    for place, case in reversed(list(enumerate(Case.objects.order_by("pk")))):
        Case.objects.filter(pk=case.pk).update(area=("الجبيهة", "الرابية")[place % 2])
    (rise,) = rises(daily_counts(at=NOW), today=NOW.date())
    known = rise_facts(rise, at=NOW)
    assert (rise.count, known.area, known.named) == (12, "الجبيهة", 6)
