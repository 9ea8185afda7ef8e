"""Every promise to citizens stands in `docs/promises.md`, beside a test that exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache

import pytest
from django.conf import settings

from config.devstack.state import ROOT
from tests.house.promises import elsewhere, messages, pages, rows
from tests.house.sentences import blocks, sentences

TEST = re.compile(r"`(?P<path>tests/[\w/]+\.py)::(?P<name>test_\w+)`")
NONE_NEEDED = re.compile(r"– \S.{5,}")


@cache
def names_of_tests(path: str) -> frozenset[str]:
    """Return the names of the tests in a file; none where there is no such file."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def without_proof(cells: Iterable[str]) -> list[str]:
    """Return the last cells that name neither a test that exists nor why there is none."""
    return [cell for cell in cells if not (NONE_NEEDED.fullmatch(cell) or _names_a_test(cell))]


def _names_a_test(cell: str) -> bool:
    found = TEST.fullmatch(cell)
    return found is not None and found["name"] in names_of_tests(found["path"])


def test_every_sentence_of_the_pages_is_in_the_table_and_no_other() -> None:
    said = {sentence for page in pages("en").values() for sentence in sentences(page)}
    assert {row[0] for row in rows() if len(row) == 2} == said


def test_every_message_to_citizens_is_in_the_table_as_it_reads() -> None:
    assert {row[0].strip("`"): (row[1], row[2]) for row in rows() if len(row) == 4} == messages()


def test_every_promise_of_the_other_pages_of_citizens_is_in_the_table() -> None:
    assert {(row[0].strip("`"), row[1]) for row in rows() if len(row) == 3} == elsewhere()


def test_every_promise_has_a_test_that_exists_or_a_reason_to_need_none() -> None:
    assert without_proof(row[-1] for row in rows()) == []
    assert [row[0] for row in rows() if len(row) == 4 and not TEST.fullmatch(row[3])] == []


def test_the_pages_say_as_much_in_arabic_as_in_english() -> None:
    arabic, english = pages("ar"), pages("en")
    assert {name: len(blocks(page)) for name, page in arabic.items()} == {
        name: len(blocks(page)) for name, page in english.items()
    }


@pytest.mark.parametrize(
    ("cell", "is_proven"),
    [
        ("`tests/house/test_promises.py::test_the_rules_above_can_fail`", True),
        ("– asks, or says what to do", True),
        ("`tests/house/test_promises.py::test_that_nobody_wrote`", False),
        ("`tests/house/test_nowhere.py::test_the_rules_above_can_fail`", False),
        ("–", False),
        ("", False),
    ],
)
def test_the_rules_above_can_fail(cell: str, *, is_proven: bool) -> None:
    assert (without_proof([cell]) == []) is is_proven


def test_a_sentence_is_read_as_its_reader_reads_it() -> None:
    page = (
        "<h2>No.</h2><p>We <b>keep</b>\n it. Law No. 24 counts.</p><ul><li>Call <bdi>\u206606 50\u2069</bdi></li></ul>"
    )
    assert sentences(page) == ["We keep it.", "Law No. 24 counts.", "Call 06 50"]


# ---- what no test of a single page could prove ----


COOKIE_SETTERS = [
    "accounts/contact.py",
    "accounts/sign_in/devices.py",
    "accounts/sign_in/held_forms.py",
    "complaints/portal/filing_steps.py",
]


def test_the_cookies_are_those_of_the_privacy_page() -> None:
    """Session, forms, device signed in from, visitor's draft, notice to a page, late form, push: no other."""
    apps = ("kit", "agencies", "notifications", "accounts", "complaints", "reports", "config")
    setting = [
        str(path.relative_to(ROOT))
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"set_cookie", "set_signed_cookie"}
    ]
    scripts = [path.name for path in (ROOT / "static" / "js").glob("*.js") if "document.cookie" in path.read_text()]
    assert (sorted(set(setting)), scripts) == (COOKIE_SETTERS, [])
    assert "django.middleware.locale.LocaleMiddleware" not in settings.MIDDLEWARE
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY) == (True, True)
    assert (settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")
    assert settings.MESSAGE_STORAGE.startswith("django.contrib.messages.storage.")
