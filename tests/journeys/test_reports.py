"""The unit reads the figures of a span and takes them home as files."""

from __future__ import annotations

from io import BytesIO

import openpyxl
from django.utils import timezone
from playwright.sync_api import Download, expect

from tests.journeys.acts import come_to_work, error_of
from tests.journeys.conftest import Meet
from tests.journeys.person import Person

LINA = "lina@cmu.example"
BOM = b"\xef\xbb\xbf"


def test_the_unit_reads_the_report_of_a_span_and_downloads_it(language: str, meet: Meet) -> None:
    unit = meet(language)
    today = timezone.localdate()
    come_to_work(unit, LINA)
    unit.is_at("What the unit decides today")
    unit.follow("All figures")
    unit.is_at("All figures")
    unit.write("From", f"{today.day}/{today.month}/{today.year}", context="days")
    unit.write("To", "1/1/2026", context="days")
    unit.press("Show the figures")
    expect(error_of(unit.box("To", context="days"))).to_be_visible()
    unit.look("reports-refused")
    # Of this year alone there may be nothing yet.
    unit.write("From", f"1/1/{today.year - 1}", context="days")
    unit.write("To", f"{today.day}/{today.month}/{today.year}", context="days")
    unit.press("Show the figures")
    row = unit.card("By agency").get_by_role("row").filter(has_text="مياهنا" if language == "ar" else "Miyahuna")
    expect(row).to_be_visible()
    unit.look("reports")
    _workbook_is_right(unit, language)
    _csv_is_right(unit)


def _workbook_is_right(unit: Person, language: str) -> None:
    content = _downloaded(unit, "Excel file", ending=".xlsx")
    assert content.startswith(b"PK\x03\x04")
    sheets = openpyxl.load_workbook(BytesIO(content)).worksheets
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in sheets] == [language == "ar"] * len(sheets)


def _csv_is_right(unit: Person) -> None:
    content = _downloaded(unit, "CSV file", ending=".csv")
    assert content.startswith(BOM)
    assert unit.said("By agency") in content.decode("utf-8-sig")


def _downloaded(unit: Person, link: str, *, ending: str) -> bytes:
    with unit.page.expect_download() as waiting:
        unit.follow(link)
    download: Download = waiting.value
    assert download.suggested_filename.endswith(ending)
    return download.path().read_bytes()
