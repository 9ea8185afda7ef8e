"""One document with everything, as page, paper, workbook and files: nothing lost, nothing turned round, no formula."""

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pikepdf
import pypdfium2
import pytest
from django.utils.translation import override

from reports.documents import page, pdf
from reports.documents.tree import WITHHELD, Column, ColumnKind, Section, Table, digest, from_json
from reports.documents.workbook import workbook
from tests.reports.documents.samples import NAMES, sample
from tests.ui.bidi import reversed_numbers

CHECK = Path(__file__).parents[3] / "docs" / "check_report.py"
LANGUAGES = pytest.mark.parametrize("language", ["ar", "en"])


@pytest.fixture(autouse=True)
def another_language() -> Iterator[None]:
    """Let the page be in the other language, so that each form has to use that of the document."""
    with override("en"):
        yield


# ---- the page ----


@LANGUAGES
def test_the_page_has_every_sentence_table_and_chart_in_the_language_of_the_document(language):
    document = sample(language)
    html = page.markup(document)
    names = NAMES[language]
    assert f'<article class="report" lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
    assert digest(document) in html
    assert (html.count("<svg"), html.count('<table class="table')) == (5, 3)
    assert html.count('<th scope="row">') == 3 + 1 + 3 + 3
    for word in ("1,572", "39%", names["comment"].splitlines()[1], page.STAR, page.NOTHING, "30/9/2026"[2:]):
        assert word in html
    if language == "ar":
        assert reversed_numbers(html) == []


def test_the_page_opens_numbers_but_none_that_is_withheld_and_a_draft_has_no_hash():
    def link_for(table: Table, row: int | None, column: Column) -> str:
        return (
            f"/cases?{table.row_keys[row]}" if column.key == "received" and row is not None and table.row_keys else ""
        )

    html = page.markup(sample("en", version=0), link_for=link_for)
    assert re.findall(r'<a href="(/cases\?\w+)">', html) == [f"/cases?{key}" for key in ("miyahuna", "jerash")]
    assert "Draft" in html
    assert "SHA-256" not in html


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1579, "count", "1,579"),
        ("0.125", "share", "13%"),
        ("0.0004", "share", "0%"),
        ("2.25", "days", "2.3"),
        ("3.00", "hours", "3"),
        ("74.8", "score", "74.8"),
    ],
    ids=["count", "half", "small", "days", "whole", "score"],
)
def test_numbers_are_rounded_as_people_do(value, kind, text):
    assert page.number_text(value, ColumnKind(kind)) == text


# ---- paper ----


@LANGUAGES
def test_the_pdf_is_tagged_and_says_its_language_title_and_what_its_charts_show(language):
    document = sample(language)
    content = pdf.render(document)
    assert content == pdf.render(document)
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang) == language
        assert opened.Root.ViewerPreferences.DisplayDocTitle
        with opened.open_metadata() as metadata:
            assert (metadata["dc:title"], metadata["pdfuaid:part"]) == (document.title, "1")
        tags = list(_tags(opened.Root.StructTreeRoot))
    kinds = [kind for kind, _alt in tags]
    assert (kinds.count("H1"), kinds.count("H2"), kinds.count("Table")) == (1, 4, 3)
    assert kinds.count("TH") == 8 + 3 + 2
    alternatives = [alt for kind, alt in tags if kind == "Figure"]
    assert len(alternatives) == 5
    assert all(alternatives)
    assert any("91%" in alt for alt in alternatives)


@LANGUAGES
def test_the_text_of_the_pdf_can_be_taken_out_in_the_order_of_reading(language):
    document = sample(language)
    opened = pypdfium2.PdfDocument(pdf.render(document))
    pages = [each.get_textpage().get_text_bounded() for each in opened]
    for number, text in enumerate(pages, start=1):
        # Arabic is laid out from the right, so a reader of lines finds a hash in parts of letters and of digits.
        found = re.sub(r"[^0-9a-f]", "", text[-120:])
        assert digest(document)[:6] in found or language == "ar"
        assert str(number) in text
    # Letters that are joined to one sign are left out: readers of PDF take them apart in either order.
    sentence = {
        "ar": ["وصلت", "1,579", "شكوى", "بزيادة", "39%", "الربع", "نفسه", "2025", "منها", "7", "Miyahuna", "مياهنا"],
        "en": ["1,579", "complaints", "arrived", "39%", "quarter", "2025", "7 for", "مياهنا", "Miyahuna"],
    }[language]
    places: list[int] = []
    for word in sentence:
        places.append(pages[0].index(word, places[-1] if places else 0))
    assert places == sorted(places)
    assert "06-5008080" in pages[0]
    assert pages[0].index("1,572") < pages[0].index("100%")


def test_a_long_report_begins_with_its_contents():
    short = sample("en")
    more = replace(short.sections[0], key="more", heading="More agencies", tables=(), charts=())
    long = replace(short, sections=(*short.sections, more))
    with override("en"):
        assert "Contents" not in page.markup(short)
        assert "<details" not in page.markup(short)
        shown, whole = page.markup(long), page.markup(long, is_whole=True)
    assert [f'<a href="#section-{each.key}">{each.heading}</a>' in shown for each in long.sections] == [True] * 4
    folded, opened = '<details class="card section on-paper">', '<details class="card section on-paper" open>'
    assert [(html.count(opened), html.count(folded)) for html in (shown, whole)] == [(1, 3), (4, 0)]
    first = pypdfium2.PdfDocument(pdf.render(long))[0].get_textpage().get_text_bounded()
    assert first.index("Contents") < first.index("More agencies")


def _tags(element: pikepdf.Object) -> Iterator[tuple[str, str]]:
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from _tags(each)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield str(element.S).removeprefix("/"), str(element.get("/Alt", ""))
        if "/K" in element:
            yield from _tags(element.K)


# ---- the workbook ----


@LANGUAGES
def test_the_workbook_has_a_sheet_a_table_with_real_numbers_and_its_dictionary(language):
    document, names = sample(language), NAMES[language]
    with workbook(document) as file:
        book = openpyxl.load_workbook(file)
    sheets = list(book)
    assert [sheet.title for sheet in sheets[:3]] == [names["heading"], names["month"], names["place"]]
    assert [bool(sheet.sheet_view.rightToLeft) for sheet in sheets] == [language == "ar"] * 4
    first = sheets[0]
    assert [cell.value for cell in first[2]] == ["=مياهنا", 1572, 0.391, 2.5, 75, 70, 80.25, first["H2"].value]
    assert first["H2"].value.date() == date(2026, 9, 1)
    assert (first["C2"].number_format, first["B2"].number_format) == ("0%", "#,##0")
    assert {cell.data_type for sheet in sheets for row in sheet for cell in row} <= {"s", "n", "d"}
    assert [first["A3"].value, first["B3"].value, first["D3"].value] == ["@Miyahuna", "*", None]
    assert (first["A5"].value, first["A5"].font.b, first.freeze_panes) == (names["total"], True, "B2")
    about = [[cell.value for cell in row] for row in sheets[3]]
    assert f"SHA-256 {digest(document)}" in about[3]
    assert len([row for row in about if row[0] in {"agencies", "months", "places"}]) == 8 + 3 + 2


def test_sheets_of_the_same_name_and_with_refused_signs_are_told_apart():
    columns = (Column("name", "Name", ColumnKind.TEXT),)
    long = "The most frequent topics of each agency"
    captions = ["A/B: [c]*?", "A B   c", "x" * 40, "x" * 50, "History", "''", "About these figures", long]
    tables = tuple(Table(f"t{place}", caption, columns, ()) for place, caption in enumerate(captions))
    with workbook(replace(sample("en"), sections=(Section("s", "S", tables=tables),))) as file:
        titles = openpyxl.load_workbook(file).sheetnames
    assert len(titles) == len({title.casefold() for title in titles}) == 9
    assert max(map(len, titles)) <= 31
    assert "The most frequent topics of…" in titles


# ---- data ----


@LANGUAGES
def test_the_archive_has_a_file_a_table_and_no_formula(language):
    with pdf.as_csv_archive(sample(language)) as file, ZipFile(file) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert list(found) == ["agencies.csv", "months.csv", "places.csv", "_dictionary.csv"]
    assert all(text.startswith("\ufeff") for text in found.values())
    rows = list(csv.reader(io.StringIO(found["agencies.csv"].removeprefix("\ufeff"), newline="")))
    assert rows[1] == ["'=مياهنا", "1572", "0.391", "2.5", "75", "70", "80.25", "2026-09-01"]
    assert rows[2] == ["'@Miyahuna", "*", "*", "", "50", "31", "69", ""]
    assert rows[3][0] == "'-بلدية جرش"
    assert rows[4][:3] == [NAMES[language]["total"], "1579", "0.333333333"]
    assert "Filed in the period." in found["_dictionary.csv"]


@LANGUAGES
def test_the_json_can_be_checked_by_anybody_and_a_changed_figure_is_found(language, tmp_path):
    document = sample(language)
    content = json.loads(pdf.as_json(document))
    assert from_json(content["document"]) == document
    assert len(content["dictionary"]) == 8 + 3 + 2
    assert WITHHELD.value in json.dumps(content["document"])
    path = tmp_path / "report.json"
    path.write_bytes(pdf.as_json(document))
    assert _checked(path) == 0
    assert _checked(path, digest(document).upper()) == 0
    assert _checked(path, digest(replace(document, version=9))) == 1
    path.write_bytes(pdf.as_json(document).replace(b"1572", b"1571"))
    assert _checked(path) == 1
    path.write_text("[]", encoding="utf-8")
    assert _checked(path) == 2


def _checked(*arguments: object) -> int:
    done = subprocess.run([sys.executable, "-I", CHECK, *map(str, arguments)], capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode


def test_the_name_of_a_file_says_days_version_and_language():
    assert pdf.file_name(sample("ar"), "pdf") == "report_2026-07-01_2026-09-30_v2_ar.pdf"
    assert pdf.file_name(sample("en", version=0), "csv.zip") == "report_2026-07-01_2026-09-30_draft_en.csv.zip"
