"""Numbers in what people typed: isolated wherever Arabic would turn them round, and links where links may stand."""

from pathlib import Path

import pytest
from django.utils.html import strip_tags
from playwright.sync_api import Browser

from kit.style_sheets import whole_sheet
from kit.typed_text import isolated, runs
from tests.ui.bidi import reversed_numbers

CSS = Path(__file__).parents[2] / "static" / "css"
BOXES = '<textarea class="input"></textarea><input class="input"><input class="input" dir="ltr">'
STYLES = """() => [...document.querySelectorAll(".input")].map(box => {
  const {unicodeBidi, direction, textAlign} = getComputedStyle(box);
  return [unicodeBidi, textAlign === "start" ? {rtl: "right", ltr: "left"}[direction] : textAlign];
})"""

# The table of the measurement, glyph by glyph: what is seen turned round inside an Arabic sentence.
TURNED = [
    "26-0482-1735",
    "26 0482 1735",
    "+962 79 123 4567",
    "10-12",
    "06-5008080",
    "12-345-678",
    "85%",
    "26/0482/1735",
    "٠٦-٥٠٠٨٠٨٠",
]
SAFE = [
    "15.1.2026",
    "15/1/2026",
    "2026/1/15",
    "14:30",
    "1,240",
    "26048",
    "BK-26-0048217",
    "2025 12",
    "file-12-3.pdf",
    "a/12-14",
]


@pytest.mark.parametrize("number", TURNED)
def test_a_number_that_arabic_turns_round_is_isolated(number: str) -> None:
    html = f"<p>رقم الاشتراك {isolated(f'و{number} ثم بعده')}</p>"
    assert f'<bdi dir="ltr" class="nowrap">{number}</bdi>' in html
    assert reversed_numbers(html) == []


@pytest.mark.parametrize("text", SAFE)
def test_what_arabic_leaves_as_it_is_stays_as_it_is(text: str) -> None:
    assert isolated(f"رقم {text} هنا") == f"رقم {text} هنا"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("06-5008080", "tel:+96265008080"),
        ("0790 001 234", "tel:+962790001234"),
        ("٠٧٩٠٠٠١٢٣٤", "tel:+962790001234"),
        ("+962 79 000 1234", "tel:+962790001234"),
    ],
)
def test_a_telephone_is_a_link_where_links_may_stand(text: str, address: str) -> None:
    assert isolated(f"اتصلوا على {text}", links=True) == (
        f'اتصلوا على <a href="{address}"><bdi dir="ltr" class="nowrap">{text}</bdi></a>'
    )
    assert "<a" not in isolated(text)


def test_other_numbers_ask_for_their_address_and_none_is_dialled() -> None:
    asked: list[str] = []

    def address(number: str) -> str:
        asked.append(number)
        return "/ar/cases/2604821735/" if number == "2604821735" else ""

    html = isolated("الطلب 26 0482 1735 والاشتراك 12-345-678 والهوية 9931118025", links=True, link_for=address)
    assert html.count("<a ") == 1
    assert '<a href="/ar/cases/2604821735/"><bdi dir="ltr" class="nowrap">26 0482 1735</bdi></a>' in html
    assert asked == ["2604821735", "12345678", "9931118025"]


@pytest.mark.parametrize(
    "text",
    [
        '<img src=x onerror="alert(1)"> 06-5008080',
        '"><a href=javascript:alert(1)>12-14</a>',
        "&amp; 1-2 &lt;b&gt; 3/4 ' \" \u202e 5-6",
        "0" * 4000 + "-" * 4000 + " 1" * 4000,
    ],
    ids=["image", "attribute", "entities", "long"],
)
def test_nothing_that_is_typed_becomes_markup_or_is_lost(text: str) -> None:
    html = isolated(text, links=True)
    plain = html.replace('<bdi dir="ltr" class="nowrap">', "").replace("</bdi>", "").replace("</a>", "")
    plain = plain.replace('<bdi dir="ltr">', "")
    assert "<img" not in html
    assert "javascript:alert" not in html.replace("&gt;", "").split("<a href=")[0] or "&lt;a href=javascript" in html
    assert "".join(run.text for run in runs(text)) == text
    assert strip_tags(plain).count("<") == 0


def test_each_line_of_a_box_takes_its_own_direction_and_begins_where_the_page_does(browser: Browser) -> None:
    page = browser.new_page()
    try:
        page.set_content(f'<html dir="rtl"><style>{whole_sheet(CSS / "components.css")}</style>{BOXES}')
        assert page.evaluate(STYLES) == [["plaintext", "right"], ["plaintext", "right"], ["isolate", "left"]]
    finally:
        page.close()
