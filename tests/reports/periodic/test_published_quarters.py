"""The published quarters: cases are made that add up to them, and the report says exactly that, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import translation

from agencies.models import Agency, Topic
from complaints.models import Case
from complaints.simulation.published_totals import PublishedTotals, TotalsDoNotFit, make_cases, spread
from complaints.workflow import Kind
from reports.documents.tree import ColumnKind, Document
from reports.models import ReportKind
from reports.periodic.drafting import document
from reports.periodic.facts import Facts, gather
from reports.periodic.sections_of_cases import as_many
from reports.periods import ReportPeriod
from tests.cast import NOW
from tests.reports.periodic.published import MADE_UP, make_country, read_totals

pytestmark = pytest.mark.django_db


def facts_of(totals: PublishedTotals) -> Facts:
    return gather(ReportKind.QUARTER, ReportPeriod(totals.first, totals.last), at=NOW, tell=lambda: None)


def said(found: Document, section: str) -> list[str]:
    return list(next(each.paragraphs for each in found.sections if each.key == section))


# The first sentences of the summaries, in English and Arabic.
THIRD_OF_2014 = (
    (
        "579 cases were received in the third quarter of 2014, concerning 46 agencies. "
        "No case was received in the third quarter of 2013."
    ),
    (
        "بلغ عدد الطلبات الواردة في الربع الثالث من عام 2014 ما مجموعه 579 طلبًا، وهي تخص 46 جهة. "
        "لم يرد أي طلب في الربع الثالث من عام 2013."
    ),
)
THIRD_OF_2015 = (
    [
        (
            "498 cases were received in the third quarter of 2015, concerning 43 agencies. "
            "Compared with the third quarter of 2014 (579 cases), the number fell by 81 cases (14%)."
        ),
        (
            "Of the cases received in the period, 331 cases (66%) had been closed by its end and 167 cases (34%) were "
            "pending."
        ),
    ],
    [
        (
            "بلغ عدد الطلبات الواردة في الربع الثالث من عام 2015 ما مجموعه 498 طلبًا، وهي تخص 43 جهة. "
            "وبالمقارنة مع الربع الثالث من عام 2014 (579 طلبًا) انخفض العدد 81 طلبًا (14%)."
        ),
        (
            "وبلغ عدد ما أُغلق من الطلبات الواردة في الفترة حتى نهايتها 331 طلبًا (66%)، وعدد ما بقي منها مفتوحًا "
            "167 طلبًا (34%)."
        ),
    ],
)


def test_the_report_says_what_was_published(water: Agency, cmu: Agency, leak: Topic) -> None:
    earlier, later = read_totals()
    world = make_country(agencies=46, first=water)
    for seed, totals in enumerate((earlier, later)):
        make_cases(totals, world=world, seed=seed, until=NOW)
    with connection.cursor() as cursor:
        # As the task that drafts has it.
        cursor.execute("SET LOCAL statement_timeout = '90s'")
    first, second = facts_of(earlier), facts_of(later)
    documents = [[document(facts, language) for language in ("en", "ar")] for facts in (first, second)]
    assert tuple(said(each, "summary")[0] for each in documents[0]) == THIRD_OF_2014
    assert tuple(said(each, "summary")[:2] for each in documents[1]) == THIRD_OF_2015
    english, _arabic = documents[1]
    for found, amman, aqaba in (
        (documents[0][0], "Amman (Capital): 226 cases (39%)", "Aqaba: 7 cases (1%)"),
        (documents[0][1], "العاصمة: 226 طلبًا (39%)", "العقبة: 7 طلبات (1%)"),
    ):
        (governorates,) = said(found, "governorates")
        assert (amman in governorates, aqaba in governorates) == (True, True)
    assert said(english, "pending")[0].startswith("At the end of the period 167 cases were pending")
    rows = english.sections[2].table("agencies").rows
    assert (len(rows), sum(int(str(row[1])) for row in rows)) == (43, 498)
    assert Case.objects.count() == 579 + 498


# The first sentences of both summaries, and a sentence of the English report: one agency, nothing, all closed.
ODD_SHAPES = (
    (
        (
            "12 cases were received in the first quarter of 2010, concerning 1 agency. "
            "No case was received in the first quarter of 2009."
        ),
        (
            "بلغ عدد الطلبات الواردة في الربع الأول من عام 2010 ما مجموعه 12 طلبًا، وهي تخص جهة واحدة. "
            "لم يرد أي طلب في الربع الأول من عام 2009."
        ),
        "Jordan Water Company: 12 cases (100%)",
    ),
    (
        ("No case was received in the second quarter of 2010. No case was received in the second quarter of 2009."),
        "لم يرد أي طلب في الربع الثاني من عام 2010. لم يرد أي طلب في الربع الثاني من عام 2009.",
        "7 cases were closed in the period, whenever they were received.",
    ),
    (
        (
            "30 cases were received in the third quarter of 2010, concerning 3 agencies. "
            "No case was received in the third quarter of 2009."
        ),
        (
            "بلغ عدد الطلبات الواردة في الربع الثالث من عام 2010 ما مجموعه 30 طلبًا، وهي تخص 3 جهات. "
            "لم يرد أي طلب في الربع الثالث من عام 2009."
        ),
        "All cases received in the period were closed by its end.",
    ),
)


def test_quarters_of_odd_shapes_are_said_in_both_languages(water: Agency, cmu: Agency, leak: Topic) -> None:
    quarters = read_totals(MADE_UP)
    world = make_country(agencies=3, first=water)
    for seed, totals in enumerate(quarters):
        make_cases(totals, world=world, seed=seed, until=NOW)
    for totals, (english, arabic, also) in zip(quarters, ODD_SHAPES, strict=True):
        facts = facts_of(totals)
        documents = {language: document(facts, language) for language in ("en", "ar")}
        assert said(documents["en"], "summary")[0] == english
        assert said(documents["ar"], "summary")[0] == arabic
        sentences = {each for section in documents["en"].sections for each in section.paragraphs}
        assert any(also in each for each in sentences)
        assert not any("Aqaba" in each for each in sentences)
        # What is named among equals does not depend on the language.
        english_rows, arabic_rows = (
            [row for section in one.sections for table in section.tables for row in table.rows]
            for one in documents.values()
        )
        assert list(map(numbers, english_rows)) == list(map(numbers, arabic_rows))


def numbers(row: Sequence[object]) -> list[object]:
    return [cell for cell in row if isinstance(cell, int | Decimal)]


def test_the_rows_of_each_table_add_up_to_its_total(water: Agency, cmu: Agency, leak: Topic) -> None:
    world = make_country(agencies=4, first=water)
    many = PublishedTotals(date(2012, 1, 1), date(2012, 3, 31), 40, agencies=4, closed=9)
    one = PublishedTotals(date(2012, 4, 1), date(2012, 6, 30), 1, agencies=1, closed=0, by_kind={Kind.INQUIRY: 1})
    for seed, totals in enumerate((many, one)):
        make_cases(totals, world=world, seed=seed, until=NOW)
    found = document(facts_of(one), "en")
    sums, totals_shown = {}, {}
    for table in (table for section in found.sections for table in section.tables if table.total is not None):
        for place, column in enumerate(table.columns):
            if column.kind is ColumnKind.COUNT:
                sums[table.key, column.key] = sum(int(str(row[place])) for row in table.rows)
                totals_shown[table.key, column.key] = table.total and table.total[place]
    assert sums == totals_shown
    closed = {table for table, column in sums if column == "closed"}
    assert {sums[table, "closed"] for table in closed} == {31}
    assert {"agencies", "governorates", "kinds", "topics"} <= closed
    # The sentences name what was received and nothing else.
    assert said(found, "governorates") == ["Cases received by governorate: Amman (Capital): 1 case (100%)."]


def test_what_a_table_leaves_open_is_dealt_out_and_what_it_says_too_much_is_refused() -> None:
    dealt = Counter(spread(10, {"a": 4}, {"b": 2.0, "c": 1.0, "d": 1.0}, least=1))
    assert dealt == {"a": 4, "b": 2, "c": 2, "d": 2}
    with pytest.raises(TotalsDoNotFit):
        spread(3, {"a": 4}, {"b": 1.0})


def test_a_report_on_one_day_says_what_was_received_on_it(water: Agency, cmu: Agency, leak: Topic) -> None:
    day, world = date(2012, 3, 1), make_country(agencies=1, first=water)
    one = PublishedTotals(day, day, 2, agencies=1, closed=0)
    make_cases(one, world=world, seed=1, until=NOW)
    facts = gather(ReportKind.SPAN, ReportPeriod(day, day), at=NOW, tell=lambda: None)
    first = {language: said(document(facts, language), "summary")[0] for language in ("en", "ar")}
    assert first == {
        "en": ("2 cases were received on 1 March 2012, concerning 1 agency. No case was received on 1 March 2011."),
        "ar": "ورد في يوم 1 آذار 2012 طلبان يخصان جهة واحدة. لم يرد أي طلب في يوم 1 آذار 2011.",
    }


def test_what_a_tie_leaves_unnamed_is_counted_in_every_list(water: Agency, cmu: Agency, leak: Topic) -> None:
    for number in range(2, 7):
        names = {"name_ar": f"موضوع {number}", "name_en": f"Topic {number}"}
        Topic.objects.create(code=f"topic-{number}", parent=leak.parent, kinds=leak.kinds, limit_days=5, **names)
    world = make_country(agencies=7, first=water)
    topics = {"water-leak": 2} | {f"topic-{number}": 1 for number in range(2, 7)}
    places = {"JO-AM": 2, "JO-IR": 1, "JO-AZ": 1, "JO-AQ": 1, "JO-MN": 2}
    days = (date(2012, 1, 1), date(2012, 3, 31))
    quarter = PublishedTotals(*days, 7, agencies=7, closed=0, by_governorate=places, by_topic=topics)
    make_cases(quarter, world=world, seed=1, until=NOW)
    facts = facts_of(quarter)
    english, arabic = (document(facts, language) for language in ("en", "ar"))
    assert [said(english, "summary")[3].split(". ")[1], said(arabic, "summary")[3].split(". ")[1]] == [
        "2 more governorates have as many cases as the last of them.",
        "ولمحافظتين أخريين العدد نفسه الذي للأخيرة منها.",
    ]
    assert [said(english, "pending")[2].split(". ")[1], said(arabic, "pending")[2].split(". ")[1]] == [
        "2 more agencies have as many cases as the last of them.",
        "ولجهتين أخريين العدد نفسه الذي للأخيرة منها.",
    ]
    assert [said(english, "nature")[1].split(". ")[1], said(arabic, "nature")[1].split(". ")[1]] == [
        "1 more topic has as many cases as the last of them.",
        "ولموضوع آخر العدد نفسه الذي للأخير منها.",
    ]


def test_agencies_that_a_tie_leaves_unnamed_are_counted() -> None:
    said = {}
    for language in ("en", "ar"):
        with translation.override(language):
            said[language] = [as_many(counts, 2) for counts in ([9, 5, 4], [5, 5, 5], [5, 5, 5, 5], [5] * 105)]
    assert said == {
        "en": [
            "",
            "1 more agency has as many cases as the last of them.",
            "2 more agencies have as many cases as the last of them.",
            "103 more agencies have as many cases as the last of them.",
        ],
        "ar": [
            "",
            "ولجهة أخرى العدد نفسه الذي للأخيرة منها.",
            "ولجهتين أخريين العدد نفسه الذي للأخيرة منها.",
            "ولـ103 جهات أخرى العدد نفسه الذي للأخيرة منها.",
        ],
    }
