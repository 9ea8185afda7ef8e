"""The style sheets keep their rules: logical properties, no data addresses, no forced priority on screen."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
TEMPLATES = Path(__file__).parents[2] / "templates"
SHEETS = sorted((STATIC / "css").rglob("*.css"))

PHYSICAL = re.compile(
    r"(?<![\w-])((margin|padding|border)-(left|right|top|bottom)|(left|right|top|bottom)|float|clear|"
    r"border-(top|bottom)-(left|right)-radius|(min-|max-)?(width|height))\s*:"
)
# A media query asks about the screen, which has no logical width.
MEDIA = re.compile(r"@media[^{]*")


def declarations(text: str) -> str:
    return MEDIA.sub("@media ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))


def test_the_physical_rule_knows_physical_from_logical():
    assert [
        bool(PHYSICAL.search(rule))
        for rule in ("margin-left:1px", "width:1px", "margin-inline-start:1px", "border-width:2px")
    ] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_sheet_uses_logical_properties_only(sheet):
    assert [found.group() for found in PHYSICAL.finditer(declarations(sheet.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_sheet_holds_no_data_address_which_the_policy_would_block(sheet):
    assert "data:" not in declarations(sheet.read_text(encoding="utf-8"))


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet.name != "print.css"], ids=lambda path: path.name)
def test_no_rule_on_screen_forces_its_way(sheet):
    assert "!important" not in declarations(sheet.read_text(encoding="utf-8"))


def test_no_template_holds_an_inline_style_script_or_handler():
    inline = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=["']|javascript:""")
    found = [path.name for path in TEMPLATES.rglob("*.html") if inline.search(path.read_text(encoding="utf-8"))]
    # Mail programs know no sheets.
    assert found == ["email.html"]


def test_every_token_is_used_and_every_used_one_exists():
    sheets = "".join(declarations(sheet.read_text(encoding="utf-8")) for sheet in SHEETS)
    defined, used = set(re.findall(r"(--[\w-]+)\s*:", sheets)), set(re.findall(r"var\((--[\w-]+)", sheets))
    assert (defined - used, used - defined) == (set(), set())


def test_every_class_of_a_component_is_in_a_sheet():
    known = set(re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text(encoding="utf-8") for sheet in SHEETS)))
    components = [*(TEMPLATES / "components").rglob("*.html"), *TEMPLATES.glob("*.html")]
    used = {name for path in components for name in classes(path.read_text(encoding="utf-8"))}
    assert used - known == set()


def classes(html: str) -> list[str]:
    plain = re.sub(r"{%.*?%}|{{.*?}}", " ", html)
    return [name for value in re.findall(r'class="([^"]*)"', plain) for name in value.split() if not name.endswith("-")]


def test_a_menu_which_is_not_printed_holds_nothing_that_is_only_read():
    lists = re.compile(r'<ul class="menu-list">(.*?)</ul>', re.DOTALL)
    pressed = re.compile(r"<a |<button|menu_item|action_items|{% include ")
    menus = [(path.name, menu) for path in TEMPLATES.rglob("*.html") for menu in lists.findall(path.read_text("utf-8"))]
    assert len(menus) > 5
    assert [name for name, menu in menus if not pressed.search(menu)] == []


def test_the_title_of_every_page_that_reports_errors_begins_with_that():
    """Whoever listens hears the title first; the frame of all pages knows some names of forms, the others say it."""
    said = re.compile(r"{% error_summary form=([\w.]+) %}")
    frame = (TEMPLATES / "base.html").read_text("utf-8")
    unsaid = [
        path.name
        for path in TEMPLATES.rglob("*.html")
        for text in [path.read_text("utf-8")]
        for form in said.findall(text)
        if f"{form}.errors" not in (text if "{% block title_prefix %}" in text else frame)
    ]
    assert unsaid == []
