"""The files: numbers are numbers, texts are texts, and nothing is a formula."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from zipfile import ZipFile

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from kit.safe_cells import is_formula
from reports.figures.measures import MEASURES
from reports.figures.reading import TimeRow
from reports.overview import exports
from reports.overview.measure_table import CaseFigures, FigureRow, MeasureCell, MeasureRow, MeasureTable, Report
from reports.periods import ReportPeriod

NASTY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "﹦1", "−1", " =1", "\u200f=1"]

#: The columns of what citizens say.
BLANKS = [""] * 7
SAID = ["تأكد حلها", "محل خلاف", "تكررت"]
MORE = ["القيمة", "تقتصر على"]
HOURS = ["الطلبات لدى الجهة", "ساعات العمل لدى الجهة", "ساعات العمل لدى مديريات الجهة"]


def report(*names: str) -> Report:
    rows = tuple(FigureRow(name, name, CaseFigures(1200, 3, 2, 1)) for name in names)
    at = datetime(2026, 2, 1, tzinfo=UTC)
    return Report(ReportPeriod(date(2026, 1, 1), date(2026, 1, 31)), at, at, rows, rows, CaseFigures(2400, 6, 4, 2))


def measures() -> MeasureTable:
    """Return one measure of two periods."""
    periods = [ReportPeriod(date(2026, 1, 1), date(2026, 1, 31)), ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))]
    row = MeasureRow(MEASURES["answered_on_time"], [MeasureCell("45%", ""), MeasureCell("=1", "")])
    return MeasureTable(periods, [(gettext_lazy("Cases"), [row])])


def read_csv(found: Report) -> list[list[str]]:
    text = "".join(exports.csv_lines(found, measures()))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def sheets(found: Report) -> dict[str, str]:
    with ZipFile(io.BytesIO(exports.workbook(found, measures()))) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


@pytest.mark.parametrize("name", NASTY)
def test_a_name_that_looks_like_a_formula_is_text_in_the_csv(name: str) -> None:
    assert is_formula(name)
    assert read_csv(report(name))[1][3] == f"'{name}"


@pytest.mark.parametrize("name", ["شركة مياه الأردن", "Water, Jordan", 'The "Unit"', "أمانة - عمان", "", "10"])
def test_an_ordinary_name_stays_as_it_is_in_the_csv(name: str) -> None:
    assert not is_formula(name)
    assert read_csv(report(name))[1][3] == name


def test_the_csv_has_a_line_for_every_group_and_the_total() -> None:
    with translation.override("ar"):
        lines = read_csv(report("مياهنا", "أمانة عمان"))
    days = ["2026-01-01", "2026-01-31"]
    assert lines[0] == [
        "من",
        "إلى",
        "التوزيع",
        "الاسم",
        "الواردة",
        "المغلقة",
        "المفتوحة",
        "تجاوزت موعدها الأول",
        *SAID,
        *HOURS,
        *MORE,
    ]
    assert lines[1] == [*days, "بحسب الجهة", "مياهنا", "1200", "3", "2", "1", "0", "0", "0", "", "", "", "", ""]
    assert lines[-1] == [*days, "المجموع", "المجموع", "2400", "6", "4", "2", "0", "0", "0", "", "", "", "", ""]
    assert [(*line[:2], line[2], *line[-2:]) for line in lines[-3:-1]] == [
        (*days, "جميع المقاييس", "45%", ""),
        ("2025-12-01", "2025-12-31", "جميع المقاييس", "'=1", ""),
    ]
    assert len(lines) == 1 + 2 + 2 + 2 + 1


def test_both_files_say_what_they_are_limited_to() -> None:
    found = replace(report("مياهنا"), limits="Kind: Complaint")
    with translation.override("en"):
        lines, parts = read_csv(found), sheets(found)
    assert lines[0][-1] == "Limited to"
    assert {line[-1] for line in lines[1:]} == {"Kind: Complaint"}
    assert "Kind: Complaint" in parts["xl/sharedStrings.xml"]


def test_the_csv_has_the_hours_of_the_agencies_before_the_total() -> None:
    found = replace(report("مياهنا"), times=(TimeRow("مياهنا", 12, 1340, 75), TimeRow("=1+1", 1, 0, 0)))
    with translation.override("ar"):
        lines = read_csv(found)
    days = ["2026-01-01", "2026-01-31"]
    assert lines[-5:-3] == [
        [*days, "ساعات العمل لدى الجهات", "مياهنا", *BLANKS, "12", "1340", "75", "", ""],
        [*days, "ساعات العمل لدى الجهات", "'=1+1", *BLANKS, "1", "0", "0", "", ""],
    ]
    assert {len(line) for line in lines} == {16}


def test_no_cell_of_the_workbook_is_a_formula_or_a_link() -> None:
    for text in sheets(report(*NASTY, "http://example.com")).values():
        assert "<f>" not in text
        assert "hyperlink" not in text


def test_the_workbook_is_right_to_left_in_arabic_only() -> None:
    for language, expected in (("ar", 7), ("en", 0)):
        with translation.override(language):
            parts = sheets(report("مياهنا"))
        assert sum('rightToLeft="1"' in text for text in parts.values()) == expected


def test_the_workbook_has_real_numbers_a_frozen_header_and_a_total() -> None:
    sheet = sheets(report("مياهنا"))["xl/worksheets/sheet1.xml"]
    assert re.search(r'<c r="B2" s="\d"><v>1200</v></c>', sheet)
    assert re.search(r'<c r="B3" s="\d"><v>2400</v></c>', sheet)
    assert 'state="frozen"' in sheet
    assert '<col min="1" max="1" width="44' in sheet


def test_the_name_of_a_file_says_the_span() -> None:
    assert exports.file_name(report(), "csv") == "report_2026-01-01_2026-01-31.csv"
