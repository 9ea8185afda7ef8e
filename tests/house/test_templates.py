"""How templates are laid out, and what one room may take from another."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.devstack.state import ROOT
from tests.house.test_rules import name, sources, templates

LONGEST_LINE = 160
#: Elements that have a line of their own: blocks, and what a form is made of.
OWN_LINE = (
    "article|aside|blockquote|button|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    "|header|label|legend|li|main|nav|ol|optgroup|option|p|section|select|summary|table|tbody|td|template|textarea|tfoot"
    "|th|thead|tr|ul"
)
ELEMENT = re.compile(rf"<(?:{OWN_LINE})(?=[\s>])|{{% (?:banner|card|fact|facts|step|steps|timeline|timeline_item) ")
WORDS = re.compile(r"{% blocktranslate([^%]*)%}(.*?){% endblocktranslate %}", re.DOTALL)
TAKEN = re.compile(r"{% (?:extends|include) \"([^\"]+)\"")
RENDERED = re.compile(r"\"((?:[\w-]+/)+[\w-]+\.html)\"")
#: Each app may take templates of those below it; `pages` are the texts of the site, which stand beside them all.
LINE = ("config", "reports", "complaints", "accounts", "notifications")
COMMON = ("components", "pages")
PAGE_ROOMS = ("portal", "desk", "unit", "contact_centre", "message_centre")
#: What every page room may take, the upper one first.
SHARED_ROOMS = ("staff", "unsent_forms", "case_text", "attachments")


def long_lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), start=1) if len(line) > LONGEST_LINE]


def crowded_lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), start=1) if len(ELEMENT.findall(line)) > 1]


def untrimmed(text: str) -> list[str]:
    return [words for options, words in WORDS.findall(text) if "\n" in words and "trimmed" not in options.split()]


def room_of(template: str) -> tuple[str, str]:
    """Return the app and the room a template belongs to; no app for those on top, which are everybody's."""
    app, *rest = template.split("/")[:-1] or [""]
    return app, rest[0] if app == "complaints" and rest else ""


def may_take(own: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether a template, or the code, of one room may use a template of another."""
    (app, room), (other_app, other_room) = own, other
    if other_app in {"", *COMMON} or own == other:
        return True
    if app not in LINE or other_app not in LINE:
        return False
    if app == other_app:
        lower = SHARED_ROOMS if room in PAGE_ROOMS else SHARED_ROOMS[SHARED_ROOMS.index(room) + 1 :]
        return other_room in lower
    return LINE.index(app) < LINE.index(other_app) and other_room in {"", *SHARED_ROOMS}


def taken_from_elsewhere(path: Path, pattern: re.Pattern[str], own: tuple[str, str]) -> Iterator[str]:
    for template in pattern.findall(path.read_text(encoding="utf-8")):
        if not may_take(own, room_of(template)):
            yield f"{name(path)}: {template}"


def faults(judge: Callable[[str], list[Any]]) -> dict[str, list[Any]]:
    """Return what ``judge`` finds in the text of each template in which it finds something."""
    found = {name(path): judge(path.read_text(encoding="utf-8")) for path in templates()}
    assert found
    return {path: said for path, said in found.items() if said}


def test_a_template_has_no_long_line_and_one_element_a_line() -> None:
    assert {"long": faults(long_lines), "crowded": faults(crowded_lines)} == {"long": {}, "crowded": {}}


def test_words_over_several_lines_are_trimmed() -> None:
    """The indents of a template are not sent: what is looked up in the catalogue must not hold any."""
    assert faults(untrimmed) == {}


def test_a_template_extends_and_includes_none_of_another_room() -> None:
    taken = [
        offence
        for path in templates()
        for offence in taken_from_elsewhere(path, TAKEN, room_of(path.relative_to(ROOT / "templates").as_posix()))
    ]
    assert taken == []


def test_the_code_of_a_page_room_renders_no_template_of_another() -> None:
    rendered = [
        offence
        for room in (*PAGE_ROOMS, *SHARED_ROOMS)
        for path in sources(".py")
        if path.is_relative_to(ROOT / "complaints" / room)
        for offence in taken_from_elsewhere(path, RENDERED, ("complaints", room))
    ]
    assert rendered == []


@pytest.mark.parametrize(
    "line", ["<li><p>Yes</p></li>", '<tr role="row"><th>Name</th></tr>', "{% card %}<p>Yes</p>{% endcard %}"]
)
def test_two_elements_on_a_line_are_found(line: str) -> None:
    assert crowded_lines(f"<div>\n{line}\n</div>") == [2]


@pytest.mark.parametrize(
    "line", ['<li><a href="/">Home</a></li>', "<p>{% icon 'x' %} <b>Bold</b></p>", "<thead>", "{% facts %}", "<hr>"]
)
def test_one_element_on_a_line_is_not_found(line: str) -> None:
    assert crowded_lines(line) == []


def test_a_long_line_is_found() -> None:
    assert long_lines("x" * LONGEST_LINE + "\n" + "x" * (LONGEST_LINE + 1)) == [2]


def test_untrimmed_words_are_found() -> None:
    trimmed = "{% blocktranslate trimmed count days=2 %}\n  One\n{% plural %}\n  Two\n{% endblocktranslate %}"
    assert untrimmed(trimmed) == []
    assert untrimmed(trimmed.replace("trimmed ", "")) == ["\n  One\n{% plural %}\n  Two\n"]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("complaints/desk/queue/queue.html", "complaints/staff/page.html"),
        ("complaints/desk/queue/queue.html", "complaints/desk/case_page/_photos.html"),
        ("complaints/staff/act.html", "complaints/case_text/_answer.html"),
        ("complaints/portal/cases/home.html", "accounts/unreachable.html"),
        ("reports/overview/report.html", "complaints/staff/page.html"),
        ("accounts/account.html", "citizen.html"),
        ("accounts/register_password.html", "pages/usage_policy/points.html"),
    ],
)
def test_a_template_may_take_what_lies_below_it(own: str, other: str) -> None:
    assert may_take(room_of(own), room_of(other)) is True


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ("complaints/unit/triage/triage.html", "complaints/desk/case_page/_photos.html"),
        ("complaints/staff/act.html", "complaints/unit/triage/_refusal.html"),
        ("complaints/case_text/_answer.html", "complaints/staff/page.html"),
        ("accounts/account.html", "complaints/staff/page.html"),
        ("reports/overview/report.html", "complaints/desk/queue/_table.html"),
        ("components/card.html", "complaints/staff/page.html"),
        ("base.html", "complaints/staff/page.html"),
    ],
)
def test_a_template_may_take_nothing_beside_or_above_it(own: str, other: str) -> None:
    assert may_take(room_of(own), room_of(other)) is False
