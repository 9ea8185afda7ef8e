"""The report of any days: what each verb adds to it, and that the past stays as it was."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries as Queries

from accounts.models import Citizen, User
from agencies.calendar import AMMAN
from agencies.models import Agency, Governorate, Topic, current_calendar
from complaints.actions import (
    accept,
    add_task,
    answer_task,
    ask,
    close,
    file,
    link,
    object_to,
    rate,
    refer,
    reply,
)
from complaints.actions.filing import Filing
from complaints.models import Case, LinkKind
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from reports.figures.reading import read
from reports.overview.exports import build_report
from reports.overview.measure_table import CaseFigures, Report
from reports.periods import Preset, ReportPeriod
from tests.cast import NOW
from tests.reports.figures import naive

FOUND = "كشف الفريق الفني على الموقع في اليوم التالي وتبين وجود عطل في الخط الفرعي المغذي للحي."
DONE = "جرى إصلاح العطل وإعادة الخدمة إلى المنطقة، وتأكدنا هاتفيا من مقدم الشكوى من زوال السبب."
JANUARY = ReportPeriod(date(2026, 1, 1), date(2026, 1, 31))
FEBRUARY = ReportPeriod(date(2026, 2, 1), date(2026, 2, 28))
#: What the report asks the database, whatever the number of agencies and cases.
STATEMENTS = 23
LATER = datetime(2026, 6, 1, 12, tzinfo=AMMAN)


def count_figures(period: ReportPeriod, *, at: datetime) -> Report:
    return build_report(period, at=at)[0]


def of(report: Report, name: str) -> CaseFigures:
    """Return the figures of the agency or kind with this English name."""
    return next(row.figures for row in (*report.by_agency, *report.by_kind) if row.name == name)


def counted(report: Report) -> dict[str, CaseFigures]:
    return {row.name: row.figures for row in report.by_agency}


# ---- of made-up cases ----


def test_breakdowns_and_spans_account_for_every_case(world: World, django_assert_num_queries: Queries) -> None:
    """Spans that follow each other account for every case, but for what was closed and opened again between."""
    generate(25, world=world, seed=11, since=NOW - timedelta(days=90), until=NOW)
    whole = count_figures(ReportPeriod(date(2025, 9, 1), NOW.date()), at=NOW)
    assert whole.total.received == 25
    for rows in (whole.by_agency, whole.by_kind, whole.by_topic):
        assert sum((row.figures for row in rows), CaseFigures()) == whole.total
    days = [date(2025, 9, 1) + timedelta(days=30 * place) for place in range(5)]
    totals = [read(ReportPeriod(first, last - timedelta(days=1)), at=NOW).total for first, last in pairwise(days)]
    for before, after in pairwise(totals):
        assert after.amount("pending") - before.amount("pending") >= after.amount("received") - after.amount("closed")
    with django_assert_num_queries(STATEMENTS):
        count_figures(ReportPeriod(date(2025, 12, 1), NOW.date()), at=NOW)


# ---- through the verbs ----


@pytest.fixture
def filed(amina: Citizen, water: Agency, leak: Topic, omar: User) -> Case:
    filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب في الشارع", agency=water)
    assert amina.user is not None
    return file(filing, by=amina.user, at=NOW)


@pytest.fixture(autouse=True)
def _in_english() -> object:
    with translation.override("en"):
        yield


def test_a_case_is_received_and_pending_until_it_is_closed(filed: Case, omar: User) -> None:
    accept(filed, by=omar, at=NOW + timedelta(hours=1), days=3)
    assert of(count_figures(JANUARY, at=NOW + timedelta(hours=2)), "Jordan Water Company") == CaseFigures(
        received=1, pending=1
    )
    close(filed, by=omar, at=NOW + timedelta(days=1), outcome="solved", found=FOUND, done=DONE)
    assert of(count_figures(JANUARY, at=NOW + timedelta(days=2)), "Jordan Water Company") == CaseFigures(
        received=1, closed=1
    )
    assert counted(count_figures(FEBRUARY, at=LATER)) == {}


def test_a_case_closed_in_february_was_pending_and_late_in_january(filed: Case, omar: User) -> None:
    accept(filed, by=omar, at=NOW + timedelta(hours=1), days=3)
    close(filed, by=omar, at=NOW + timedelta(days=40), outcome="solved", found=FOUND, done=DONE)
    assert of(count_figures(JANUARY, at=LATER), "Jordan Water Company") == CaseFigures(received=1, pending=1, late=1)
    assert of(count_figures(FEBRUARY, at=LATER), "Jordan Water Company") == CaseFigures(closed=1)


def test_a_case_counts_for_the_agency_it_was_with_at_the_end(filed: Case, gam: Agency, yusuf: User, lina: User) -> None:
    refer(filed, by=lina, at=NOW + timedelta(days=30), agency=gam)
    assert counted(count_figures(JANUARY, at=LATER)) == {
        "Jordan Water Company": CaseFigures(received=1, pending=1, late=1)
    }
    assert counted(count_figures(FEBRUARY, at=LATER)) == {"Greater Amman Municipality": CaseFigures(pending=1, late=1)}


def test_days_of_waiting_for_the_citizen_are_not_late(filed: Case, omar: User, amina: Citizen) -> None:
    """Asked on 6 January, answered on 11 January: the answer promised for 8 January is due on the 13th."""
    assert amina.user is not None
    accept(filed, by=omar, at=NOW + timedelta(hours=1), days=4)
    ask(filed, by=omar, at=NOW + timedelta(days=2), text="ما رقم العداد المتعطل؟")
    reply(filed, by=amina.user, at=NOW + timedelta(days=7), text="رقم العداد 55123.")
    late = {
        day: read(ReportPeriod(date(2026, 1, 1), date(2026, 1, day)), at=LATER).total.amount("late")
        for day in (8, 11, 12, 13, 15)
    }
    assert [day for day, number in late.items() if number] == [13, 15]


def test_asking_the_citizen_after_the_deadline_does_not_hide_that_it_passed(
    filed: Case, omar: User, amina: Citizen
) -> None:
    assert amina.user is not None
    accept(filed, by=omar, at=NOW + timedelta(hours=1), days=1)
    ask(filed, by=omar, at=NOW + timedelta(days=3), text="ما رقم العداد المتعطل؟")
    during = count_figures(ReportPeriod(date(2026, 1, 1), date(2026, 1, 8)), at=NOW + timedelta(days=5)).total.late
    reply(filed, by=amina.user, at=NOW + timedelta(days=7), text="رقم العداد 55123.")
    after = count_figures(ReportPeriod(date(2026, 1, 1), date(2026, 1, 8)), at=LATER).total.late
    assert (during, after) == (1, 1)


def test_the_part_of_another_agency_makes_no_case_late_and_hides_no_late_one(
    filed: Case, omar: User, yusuf: User, gam: Agency
) -> None:
    accept(filed, by=omar, at=NOW, days=5)
    part = add_task(filed, by=omar, at=NOW, agency=gam, text="ما سبب الحفر؟", days=1)
    assert of(count_figures(JANUARY, at=NOW + timedelta(days=3)), "Jordan Water Company").late == 0
    answer_task(part, by=yusuf, at=NOW + timedelta(days=3), text="انتهى الحفر أمس.")
    late = NOW + timedelta(days=15)
    add_task(filed, by=omar, at=late, agency=gam, text="هل بقي شيء؟", days=3)
    assert of(count_figures(JANUARY, at=late + timedelta(hours=1)), "Jordan Water Company").late == 1


def test_a_case_without_an_agency_has_a_row_of_its_own(amina: Citizen, leak: Topic, hours: object) -> None:
    assert amina.user is not None
    filing = Filing(citizen=amina, kind="praise", topic=leak, subject="شكر", details="شكرا لكم على حسن التعامل")
    file(filing, by=amina.user, at=NOW)
    report = count_figures(JANUARY, at=NOW + timedelta(minutes=1))
    assert counted(report) == {"No agency yet": CaseFigures(received=1, pending=1)}
    assert of(report, "Praise") == CaseFigures(received=1, pending=1)


def test_the_busiest_agency_comes_first_and_equals_by_name(
    amina: Citizen, water: Agency, gam: Agency, leak: Topic, omar: User, yusuf: User
) -> None:
    assert amina.user is not None
    for agency in (water, gam, water, gam, None):
        filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب", agency=agency)
        file(filing, by=amina.user, at=NOW)
    report = count_figures(JANUARY, at=NOW + timedelta(minutes=1))
    assert [row.name for row in report.by_agency] == [
        "Greater Amman Municipality",
        "Jordan Water Company",
        "No agency yet",
    ]
    filing = Filing(citizen=amina, kind="complaint", topic=leak, subject="تسرب", details="تسرب", agency=water)
    file(filing, by=amina.user, at=NOW)
    report = count_figures(JANUARY, at=NOW + timedelta(minutes=1))
    assert report.by_agency[0].name == "Jordan Water Company"


# ---- moments and statements ----


def test_a_span_begins_and_ends_at_midnight_in_amman(amina: Citizen, water: Agency, leak: Topic, omar: User) -> None:
    assert amina.user is not None
    for moment in (
        datetime(2025, 12, 31, 23, 59, tzinfo=AMMAN),
        datetime(2026, 1, 1, 0, 0, tzinfo=AMMAN),
        datetime(2026, 1, 31, 23, 59, tzinfo=AMMAN),
        datetime(2026, 2, 1, 0, 0, tzinfo=AMMAN),
    ):
        filing = Filing(citizen=amina, kind="inquiry", topic=leak, subject="سؤال", details="سؤال", agency=water)
        file(filing, by=amina.user, at=moment)
    assert (count_figures(JANUARY, at=LATER).total.received, count_figures(JANUARY, at=LATER).total.pending) == (2, 3)


def test_a_running_span_ends_now(filed: Case) -> None:
    report = count_figures(JANUARY, at=NOW + timedelta(minutes=1))
    assert (report.as_of, report.is_running) == (NOW + timedelta(minutes=1), True)
    assert count_figures(JANUARY, at=LATER).is_running is False


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        (Preset.THIS_MONTH, date(2026, 5, 1), date(2026, 5, 20)),
        (Preset.LAST_MONTH, date(2026, 4, 1), date(2026, 4, 30)),
        (Preset.QUARTER, date(2026, 4, 1), date(2026, 5, 20)),
        (Preset.YEAR, date(2026, 1, 1), date(2026, 5, 20)),
    ],
)
def test_the_spans_offered_by_name(preset: Preset, first: date, last: date) -> None:
    assert preset.period(date(2026, 5, 20)) == ReportPeriod(first, last)


def test_last_month_of_january_is_december() -> None:
    assert Preset.LAST_MONTH.period(date(2026, 1, 31)) == ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))


def test_the_citizens_word_counts_in_the_period_of_the_answer_and_by_its_end(
    filed: Case, amina: Citizen, omar: User
) -> None:
    accept(filed, by=omar, at=NOW, days=5)
    close(filed, by=omar, at=NOW, outcome="solved", found=FOUND, done=DONE)
    months = [count_figures(JANUARY, at=NOW + timedelta(hours=1)).total]
    rate(filed, by=amina.user, at=NOW + timedelta(days=1), count=0, solved="yes")
    months.append(count_figures(JANUARY, at=NOW + timedelta(days=2)).total)
    object_to(filed, by=amina.user, at=NOW + timedelta(days=3), text="ما زال التسرب أمام المدرسة.")
    months.append(count_figures(JANUARY, at=NOW + timedelta(days=4)).total)
    assert [(month.confirmed, month.disputed) for month in months] == [(0, 0), (1, 0), (0, 1)]
    assert (count_figures(JANUARY, at=NOW + timedelta(days=2)).total.confirmed, naive_total("confirmed", days=2)) == (
        1,
        1,
    )
    assert count_figures(FEBRUARY, at=LATER).total.disputed == 0


def naive_total(name: str, *, days: int) -> int:
    counted_by_hand = naive.count(JANUARY.starts_at, NOW + timedelta(days=days), calendar=current_calendar())
    return counted_by_hand[name, "all"]


def test_what_came_back_counts_where_it_was_filed_unless_it_is_linked(
    amina: Citizen, karim: Citizen, water: Agency, leak: Topic, irbid: Governorate, omar: User
) -> None:
    def leaks(citizen: Citizen, at: datetime) -> Case:
        filing = Filing(
            citizen=citizen, kind="complaint", topic=leak, subject="تسرب", details="تسرب في الشارع", agency=water,
            governorate=irbid, area="حي الروضة",
        )  # fmt: skip
        assert citizen.user is not None
        return file(filing, by=citizen.user, at=at)

    first = leaks(amina, NOW)
    accept(first, by=omar, at=NOW, days=5)
    close(first, by=omar, at=NOW, outcome="solved", found=FOUND, done=DONE)
    later = NOW + timedelta(days=1)
    again, neighbour = leaks(amina, later), leaks(karim, later)
    assert count_figures(JANUARY, at=later + timedelta(days=1)).total.came_back == 2
    link(neighbour, by=omar, at=later, lead=again, kind=LinkKind.SAME_PROBLEM)
    assert count_figures(JANUARY, at=later + timedelta(days=1)).total.came_back == 1
    assert naive_total("came_back", days=2) == 1
