"""Open data: the rows of all releases as CSV and JSON, and the dictionary that says what each column is."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, Self

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kit.safe_cells import without_formula
from reports.public.releases import COUNTS, PublicRow, Release
from reports.public.withholding import LEAST

CSV_TYPE: Final = "text/csv; charset=utf-8"
JSON_TYPE: Final = "application/json; charset=utf-8"
#: What stands in a cell that is withheld; an empty cell has nothing to show.
WITHHELD: Final = f"<{LEAST}"
#: Programs that read a file without asking take it for UTF-8 by this mark.
MARK: Final = "\ufeff"

type Cell = str | int | None


@dataclass(frozen=True)
class DataColumn:
    """A column: its name in the files, its type, and what it says."""

    name: str
    kind: str
    says: Promise


_PERIOD: Final = (
    DataColumn("period", "text", _("The period: a year, a quarter (q1 to q4) or a month.")),
    DataColumn("first_day", "date", _("The first day of the period.")),
    DataColumn("last_day", "date", _("The last day of the period.")),
    DataColumn("as_of", "datetime", _("The moment that the figures describe.")),
    DataColumn("report_version", "count", _("The version of the released report; a correction is a new version.")),
    DataColumn("report_sha256", "text", _("The digest that is printed on the report from which the figures come.")),
)
_COUNTS: Final = (
    DataColumn("received", "count", _("Cases filed in the period.")),
    DataColumn(
        "in_time", "count", _("Answers of the period given by the first deadline. Extensions do not change it.")
    ),
    DataColumn("answered_late", "count", _("Answers of the period given after the first deadline.")),
    DataColumn("still_late", "count", _("Cases not closed at the end of the period whose first deadline had passed.")),
    DataColumn("confirmed", "count", _("Cases answered in the period that the citizen last called solved.")),
    DataColumn(
        "disputed",
        "count",
        _("Cases answered in the period that the citizen last called not solved, or only partly solved."),
    ),
    DataColumn("unanswered", "count", _("Cases answered in the period about which the citizen has said nothing.")),
    DataColumn(
        "median_days", "working days", _("Working days from filing within which half of the answers were given.")
    ),
)


def _named(what: Promise) -> tuple[DataColumn, ...]:
    return (
        DataColumn("code", "text", what),
        DataColumn("name_ar", "text", _("The name in Arabic on the day the report was written.")),
        DataColumn("name_en", "text", _("The name in English on the day the report was written.")),
    )


#: The tables by name, each with its columns.
TABLES: Final[Mapping[str, tuple[DataColumn, ...]]] = {
    "country": (*_PERIOD, *_COUNTS),
    "agencies": (*_PERIOD, *_named(_("The code of the agency; “none” for cases that no agency had.")), *_COUNTS),
    "governorates": (
        *_PERIOD,
        *_named(_("The code of the governorate (ISO 3166-2); “none” for cases without a place in the country.")),
        *_COUNTS,
    ),
}


def rows(table: str, found: Sequence[Release]) -> Iterator[dict[str, Cell]]:
    """Return the rows of a table, the newest period first."""
    for release in found:
        for row in _rows(table, release):
            named = (
                {} if table == "country" else {"code": row.code, "name_ar": row.names["ar"], "name_en": row.names["en"]}
            )
            yield _period(release) | named | _counts(row)


def _rows(table: str, release: Release) -> Sequence[PublicRow]:
    match table:
        case "agencies":
            return release.agencies
        case "governorates":
            return release.governorates
    return (release.total,)


def _period(release: Release) -> dict[str, Cell]:
    return {
        "period": release.slug,
        "first_day": release.first.isoformat(),
        "last_day": release.last.isoformat(),
        "as_of": release.as_of.isoformat(timespec="seconds"),
        "report_version": release.version,
        "report_sha256": release.sha256,
    }


def _counts(row: PublicRow) -> dict[str, Cell]:
    counts: dict[str, Cell] = {name: WITHHELD if row.counts[name] is None else row.counts[name] for name in COUNTS}
    return counts | {"median_days": row.median_days}


# ---- the files ----


@dataclass(frozen=True)
class _Frozen:
    """Releases, told apart by their keys and digests: a file of what is frozen is made once in a process."""

    stamps: tuple[tuple[int, str], ...]
    releases: Sequence[Release] = field(compare=False, repr=False)

    @classmethod
    def of(cls, found: Sequence[Release]) -> Self:
        """Return the releases with what tells them apart."""
        return cls(tuple((each.key, each.sha256) for each in found), found)


def table_csv(table: str, found: Sequence[Release]) -> bytes:
    """Return a table as CSV (RFC 4180, UTF-8 with its mark), its columns named in the first line."""
    return _table_csv(table, _Frozen.of(found))


@lru_cache(maxsize=8)
def _table_csv(table: str, frozen: _Frozen) -> bytes:
    names = [column.name for column in TABLES[table]]
    return _csv(names, ([row[name] for name in names] for row in rows(table, frozen.releases)))


def all_json(found: Sequence[Release]) -> bytes:
    """Return all tables with the licence; a withheld cell is the text of ``WITHHELD``, an empty one null."""
    named = licence()
    return _all_json(_Frozen.of(found), tuple(named.items()) if named else ())


@lru_cache(maxsize=2)
def _all_json(frozen: _Frozen, named: tuple[tuple[str, str], ...]) -> bytes:
    tables = {name: list(rows(name, frozen.releases)) for name in TABLES}
    return _json({"licence": dict(named) or None, "tables": tables})


def dictionary_csv() -> bytes:
    """Return what each column of each table is, in both languages, as CSV."""
    names = ["table", "column", "type", "description_ar", "description_en"]
    return _csv(names, ([row[name] for name in names] for row in _dictionary()))


def dictionary_json() -> bytes:
    """Return what each column of each table is, in both languages, as JSON."""
    return _json({"licence": licence(), "withheld": WITHHELD, "columns": list(_dictionary())})


def _dictionary() -> Iterator[dict[str, Cell]]:
    for table, columns in TABLES.items():
        for column in columns:
            said = {f"description_{language}": _in(language, column.says) for language in ("ar", "en")}
            yield {"table": table, "column": column.name, "type": column.kind, **said}


def _in(language: str, text: Promise) -> str:
    with translation.override(language):
        return str(text)


def licence() -> dict[str, str] | None:
    """Return the names and the address of the licence; None while the operator has stated none."""
    if not settings.OPEN_DATA_LICENCE_EN:
        return None
    return {
        "ar": settings.OPEN_DATA_LICENCE_AR or settings.OPEN_DATA_LICENCE_EN,
        "en": settings.OPEN_DATA_LICENCE_EN,
        "url": settings.OPEN_DATA_LICENCE_URL,
    }


def etag(content: bytes) -> str:
    """Return the entity tag of a file: it changes when a byte of it does."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _csv(names: Sequence[str], lines: Iterable[Sequence[Cell]]) -> bytes:
    text = io.StringIO(MARK)
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([without_formula(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
