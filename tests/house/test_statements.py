"""Statements in ``.sql`` files: what they bind, what they return, and what they refuse."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.models import Agency, Governorate
from kit.statements import ALWAYS, NEVER, Condition, Statement, StatementError, condition

ROOT = Path(__file__).parents[2]
TEXT = """
-- A comment is not sent.
SELECT id, name_en AS name FROM agencies_governorate
WHERE {some} AND {others} AND name_en LIKE 'Amman%%' AND sort_order = ANY(%(orders)s)
"""


class Place(NamedTuple):
    """A governorate."""

    id: int
    name: str


class Misnamed(NamedTuple):
    """A governorate whose field is no column."""

    id: int
    title: str


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "places.sql"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_values_and_conditions_are_bound_by_name(file: Path, amman: Governorate, irbid: Governorate) -> None:
    statement = Statement(file, Place)
    some = condition(Governorate.objects.filter(code__in=["JO-AM", "%s"]), "some")
    others = condition(Governorate.objects.exclude(code="o'clock"), "others")
    with CaptureQueriesContext(connection) as asked:
        row = statement.row({"some": some, "others": others}, orders=[1, 2])
    assert row == Place(amman.pk, "Amman (Capital)")
    assert len(asked) == 1
    assert "comment" not in asked[0]["sql"]


def test_a_word_of_an_enum_stands_in_the_text_and_what_somebody_typed_does_not() -> None:
    class Word(StrEnum):
        AMMAN, QUOTED = "amman", "am'man"

    found = condition(Governorate.objects.filter(code__in=[Word.AMMAN, Word.QUOTED], name_en="amman"), "x")
    assert found.text.count("'amman'") == 1
    assert found.values == {"x_1": Word.QUOTED, "x_2": "amman"}


def test_prepared_rows_are_the_same_and_what_is_true_stands_in_the_text(file: Path, amman: Governorate) -> None:
    statement, others = Statement(file, Place), condition(Governorate.objects.filter(code="JO-AM"), "others")
    for wants, expected in ((True, [Place(amman.pk, "Amman (Capital)")]), (False, [])):
        asked = {"some": Condition("%(wants)s", {"wants": wants}), "others": others}
        with CaptureQueriesContext(connection) as captured:
            assert statement.prepared_rows(asked, orders=[1, 2]) == expected
        assert f"WHERE {str(wants).upper()} AND" in captured[0]["sql"]
        assert statement.rows(asked, orders=[1, 2]) == expected


def test_conditions_that_hold_always_or_never(file: Path, amman: Governorate) -> None:
    places, every = Governorate.objects.all(), {"some": ALWAYS, "others": ALWAYS}
    assert condition(places, "x") == ALWAYS
    assert condition(places.filter(pk__in=[]), "x") == NEVER == condition(places.none(), "x")
    assert len(Statement(file, Place).rows(every, orders=[1])) == 1
    assert Statement(file, Place).rows({**every, "some": NEVER}, orders=[1]) == []


def test_what_is_no_condition_on_one_table_is_refused(amman: Governorate) -> None:
    for rows in (
        Agency.objects.filter(parent__code="x"),
        Governorate.objects.all()[:1],
        Governorate.objects.all().union(Governorate.objects.all()),
    ):
        with pytest.raises(StatementError):
            condition(rows, "x")


def test_columns_that_are_not_the_fields_are_refused(file: Path, amman: Governorate) -> None:
    with pytest.raises(StatementError, match="title"):
        Statement(file, Misnamed).rows({"some": ALWAYS, "others": Condition("TRUE")}, orders=[1])
    with pytest.raises(StatementError, match="0 rows"):
        Statement(file, Place).row({"some": NEVER, "others": ALWAYS}, orders=[1])


def test_every_file_is_read_by_the_module_beside_it() -> None:
    kept = [path for path in ROOT.rglob("*.sql") if not {".venv", ".local"} & set(path.parts)]
    for path in kept:
        beside = "".join(module.read_text(encoding="utf-8") for module in path.parent.glob("*.py"))
        assert f'"{path.name}"' in beside, path
