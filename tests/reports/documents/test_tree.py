"""A document is the same after it was stored, and its digest depends on what is in it alone."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from reports.documents.tree import (
    WITHHELD,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Document,
    Section,
    Table,
    canonical,
    digest,
    from_json,
    to_json,
)
from tests.reports.documents.samples import sample

NAME, COUNT = Column("name", "Name", ColumnKind.TEXT), Column("count", "Count", ColumnKind.COUNT)


def table(*rows: tuple[Any, ...], columns: tuple[Column, ...] = (NAME, COUNT), **fields: Any) -> Table:
    return Table("t", fields.pop("caption", "T"), columns, rows, **fields)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_document_is_the_same_after_json(language):
    document = sample(language)
    text = json.dumps(to_json(document))
    again = from_json(json.loads(text))
    assert again == document
    assert digest(again) == digest(document) == hashlib.sha256(canonical(document)).hexdigest()
    whole = json.dumps(to_json(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(document) == whole.encode()


def test_words_that_look_like_rows_are_hashed_as_they_stand():
    document = _document(table(("a", 1), caption='"rows":[]', note='\\"rows":[]'))
    whole = json.dumps(to_json(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(document) == whole.encode()


def test_the_digest_depends_on_every_cell_and_word_and_on_nothing_else():
    document = sample()
    elsewhere = replace(document, as_of=document.as_of.astimezone(timezone(timedelta(hours=3))))
    assert digest(elsewhere) == digest(document)
    first, *others = document.sections
    agencies = replace(first.tables[0], row_keys=())
    one, two, three = agencies.rows
    rows = [(one, two, three), (one, two), (two, three, one), (one, (two[0], 4, *two[2:]), three)]
    changed = [
        replace(document, version=3),
        replace(document, as_of=document.as_of + timedelta(seconds=1)),
        document.with_comments({"months": "."}),
        replace(document, sections=tuple(others)),
        *(
            replace(document, sections=(replace(first, tables=(replace(agencies, rows=each),)), *others))
            for each in rows
        ),
    ]
    assert len({digest(each) for each in [document, *changed]}) == len(changed) + 1


def test_numbers_are_written_in_one_way():
    days = Column("days", "Days", ColumnKind.DAYS)
    written = [table(("a", number), columns=(NAME, days)) for number in (3, Decimal(3), Decimal("3.00"))]
    fine = table(("a", Decimal(1) / Decimal(3)), columns=(NAME, days))
    documents = [_document(each) for each in [*written, fine]]
    assert len({digest(each) for each in documents[:3]}) == 1
    assert to_json(documents[3])["sections"][0]["tables"][0]["rows"] == [["a", 0.333333333]]
    assert from_json(to_json(documents[3])) == documents[3]
    assert table(("a", WITHHELD)).rows[0][1] is WITHHELD


@pytest.mark.parametrize(
    "cell",
    ["7", 0.5, Decimal("0.5"), True, datetime(2026, 1, 1, tzinfo=UTC), WITHHELD],
    ids=["text", "float", "decimal", "bool", "moment", "withheld-name"],
)
def test_a_cell_that_does_not_fit_its_column_is_refused(cell):
    row = (cell, 1) if cell is WITHHELD else ("a", cell)
    with pytest.raises(ValueError, match="in a column of"):
        table(row)


def test_what_does_not_hold_together_is_refused():
    with pytest.raises(ValueError, match="1 cells for 2 columns"):
        table(("a",))
    with pytest.raises(ValueError, match="3 cells for 2 columns"):
        table(total=("a", 1, 2))
    with pytest.raises(ValueError, match="0 rows"):
        table(row_keys=("x",))
    with pytest.raises(ValueError, match="twice"):
        table(columns=(COUNT, COUNT))
    with pytest.raises(ValueError, match="no table x"):
        Section("s", "S", charts=(Chart(ChartKind.BARS, "x", ("count",)),))
    with pytest.raises(ValueError, match="not in"):
        Section("s", "S", tables=(table(),), charts=(Chart(ChartKind.BARS, "t", ("x",)),))
    with pytest.raises(ValueError, match="twice"):
        replace(sample(), sections=sample().sections[:1] * 2)
    with pytest.raises(ValueError, match="time zone"):
        replace(sample(), as_of=datetime(2026, 1, 1))  # noqa: DTZ001 - refused for that
    with pytest.raises(ValueError, match="unknown form"):
        from_json(to_json(sample()) | {"format": 2})


def _document(found: Table) -> Document:
    return replace(sample(), sections=(Section("s", "S", tables=(found,)),))
