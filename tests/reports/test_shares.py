"""Shares in whole percent: half up, the same number on every page, in every sentence and in every file."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from reports.circulation.pages import shown_sections
from reports.dashboards import values
from reports.directives.sweep import ShownFigure
from reports.documents.page import cell_text
from reports.documents.tree import Column, ColumnKind, Document, Section, Table
from reports.figures.measures import MEASURES, Figures
from reports.models.periodic import ReportKind
from reports.overview import measure_table
from reports.periodic import phrases, tables
from reports.periods import ReportPeriod
from reports.public.releases import COUNTS, PublicRow
from tests.cast import NOW

DAY = ReportPeriod(date(2026, 1, 1), date(2026, 1, 1))
MEASURE = MEASURES["answered_on_time"]


def annex_text(share: Decimal) -> str:
    columns = (Column("name", "Name", ColumnKind.TEXT), Column("share", "Share", ColumnKind.SHARE))
    section = Section("one", "One", tables=(Table("shares", "Shares", columns, (("a", share),)),))
    document = Document("Annex", "en", DAY.first, DAY.last, 1, NOW, (section,))
    cell = shown_sections(document)[0]["tables"][0]["rows"][0][1]
    return f"{cell.value}{cell.unit}"


#: The last one is rounded once: in two steps, 12.496% would become 12.5% and 13%.
@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 8, "13%"), (5, 8, "63%"), (29, 200, "15%"), (3, 8, "38%"), (12_496, 100_000, "12%")],
)
def test_a_half_is_rounded_up_wherever_a_share_is_shown(part: int, whole: int, text: str) -> None:
    share = Decimal(part) / Decimal(whole)
    figures = Figures({"answered": whole, "answered_in_time": part})
    counts = dict.fromkeys(COUNTS, 0) | {"in_time": part, "answered_late": whole - part}
    with translation.override("en"):
        shown = {
            "sentence": phrases.share(part, whole),
            "file": cell_text(share, ColumnKind.SHARE),
            "dashboard": values.value_text(MEASURE.name, share),
            "all figures": measure_table.value_text(MEASURE, figures),
            "directive": ShownFigure(MEASURE, DAY, share, NOW, ()).shown,
            "annex": annex_text(share),
            "public": f"{PublicRow('a', {'en': 'A'}, counts, None).percent('in_time')}%",
        }
    assert shown == dict.fromkeys(shown, text)


@pytest.mark.parametrize(
    ("before", "said"),
    [("0.4", "10 percentage points more than"), ("0.6", "10 percentage points less than"), ("0.5", "as")],
)
def test_a_share_is_compared_with_that_of_one_day_before(before: str, said: str) -> None:
    with translation.override("en"):
        within = phrases.within_period(ReportKind.SPAN, DAY)
        sentence = tables.share_against("In time: %(percent)s", Decimal("0.5"), Decimal(before), within=within)
    assert sentence == f"In time: 50%, {said} on 1 January 2026."
