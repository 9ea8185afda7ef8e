"""The released reports as the public reads them: their frozen counts, without what must be withheld.

Nothing here is counted: each number comes from the content that was frozen when the report was approved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from kit.languages import current_language
from reports.figures.measures import whole_percent
from reports.models import PeriodicReport, ReportKind
from reports.periodic.facts import NOBODY, TABLES, frozen_counts
from reports.periodic.phrases import period_heading, period_name
from reports.periods import ReportPeriod
from reports.public.withholding import TOTAL, Block, Judged, PublicCommitment, judge, read_commitments

#: Only calendar periods are public: of two of them, one contains the other or they have no day in common.
KINDS: Final = (ReportKind.MONTH, ReportKind.QUARTER, ReportKind.YEAR)
#: The counts that are shown or withheld together, because together they are a sum that is shown.
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "received": ("received",),
    "promises": ("in_time", "answered_late", "still_late"),
    "words": ("confirmed", "disputed", "unanswered"),
}
COUNTS: Final = tuple(name for names in FAMILIES.values() for name in names)


@dataclass(frozen=True)
class PublicRow:
    """An agency, a governorate, or all cases in a release; a count that is withheld is None."""

    code: str
    names: Mapping[str, str]
    counts: Mapping[str, int | None]
    median_days: int | None

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return self.names["en" if current_language() == "en" else "ar"]

    @property
    def is_nobody(self) -> bool:
        """Tell whether it stands for the cases that no agency has, or that have no governorate."""
        return self.code == NOBODY

    @property
    def received(self) -> int | None:
        """How many cases were filed."""
        return self.counts["received"]

    @property
    def promised(self) -> int | None:
        """How many cases had to be answered: those that were, and those that are late."""
        return self._sum("promises")

    @property
    def said(self) -> int | None:
        """How many answers there are that citizens can confirm or dispute."""
        return self._sum("words")

    @property
    def in_time_percent(self) -> int | None:
        """The percentage of the promises that was kept."""
        return self.percent("in_time")

    @property
    def confirmed_percent(self) -> int | None:
        """The percentage of the answers of which people confirm that it is solved."""
        return self.percent("confirmed")

    def percent(self, name: str) -> int | None:
        """Return a count in percent of its family; None where it is withheld or there is nothing to divide."""
        family = next(family for family, names in FAMILIES.items() if name in names)
        whole, part = self._sum(family), self.counts[name]
        return whole_percent(Fraction(part, whole)) if whole and part is not None else None

    def _sum(self, family: str) -> int | None:
        found = [self.counts[name] for name in FAMILIES[family]]
        return None if None in found else sum(count or 0 for count in found)


@dataclass(frozen=True)
class Release:
    """The newest version of the report of a period: its days, what it is known by, and its rows."""

    key: int
    kind: str
    first: date
    last: date
    version: int
    as_of: datetime
    released_at: datetime
    sha256: str
    total: PublicRow
    agencies: Sequence[PublicRow]
    governorates: Sequence[PublicRow]
    commitments: Sequence[PublicCommitment]

    @property
    def name(self) -> str:
        """The period as it is named within a sentence."""
        return period_name(self.kind, ReportPeriod(self.first, self.last))

    @property
    def heading(self) -> str:
        """The period as it is named by itself."""
        return period_heading(self.kind, ReportPeriod(self.first, self.last))

    @property
    def slug(self) -> str:
        """The period in addresses and data: ``2026``, ``2026-q3`` or ``2026-07``."""
        match self.kind:
            case ReportKind.YEAR:
                return f"{self.first.year}"
            case ReportKind.QUARTER:
                return f"{self.first.year}-q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}"

    def promised_by(self, code: str) -> list[PublicCommitment]:
        """Return what an agency promised."""
        return [each for each in self.commitments if each.agency == code]

    def agency(self, code: str) -> PublicRow | None:
        """Return the row of an agency, None if it had no case."""
        return next((row for row in self.agencies if row.code == code), None)


def releases() -> tuple[Release, ...]:
    """Return the releases, that of the newest last day first, the shorter first; one statement once they are known."""
    released = PeriodicReport.objects.released().filter(kind__in=KINDS).order_by("released_at", "pk")
    return _releases(tuple(released.values_list("pk", "sha256")))


@lru_cache(maxsize=4)
def _releases(stamps: tuple[tuple[int, str], ...]) -> tuple[Release, ...]:
    """Return the releases with these keys and digests: what is frozen need not be read twice."""
    reports = PeriodicReport.objects.in_bulk([key for key, _digest in stamps])
    return read([reports[key] for key, _digest in stamps])


def read(reports: Sequence[PeriodicReport]) -> tuple[Release, ...]:
    """Return the public rows of all these versions, given in the order of their release."""
    contents = [frozen_counts(report) for report in reports]
    rows = {group: _rows(reports, [content[group] for content in contents]) for group in TABLES}
    # Reports that were frozen before commitments were have none.
    promised = read_commitments(
        [(report.last, found.get("commitments", ())) for report, found in zip(reports, contents, strict=True)]
    )
    corrected = {report.corrects_id for report in reports}
    found = [
        Release(
            key=report.pk,
            kind=report.kind,
            first=report.first,
            last=report.last,
            version=report.number,
            as_of=datetime.fromisoformat(content["as_of"]),
            released_at=report.released_at or datetime.fromisoformat(content["as_of"]),
            sha256=report.sha256,
            total=_total(rows["agencies"][place], content["total"]),
            agencies=_listed(rows["agencies"][place]),
            governorates=_listed(rows["governorates"][place]),
            commitments=promised[place],
        )
        for place, (report, content) in enumerate(zip(reports, contents, strict=True))
        if report.pk not in corrected
    ]
    return tuple(sorted(found, key=lambda one: (one.last, one.first), reverse=True))


def _rows(reports: Sequence[PeriodicReport], tables: Sequence[Mapping[str, Any]]) -> list[list[PublicRow]]:
    """Return the rows of the same table in every report, each family judged on its own."""
    judged = {
        family: judge([_block(*pair, names) for pair in zip(reports, tables, strict=True)])
        for family, names in FAMILIES.items()
    }
    return [
        [_row(code, table, {family: found[place] for family, found in judged.items()}) for code in (*table, TOTAL)]
        for place, table in enumerate(tables)
    ]


def _block(report: PeriodicReport, table: Mapping[str, Any], names: Sequence[str]) -> Block:
    rows = {code: tuple(row[name] for name in names) for code, row in table.items()}
    return Block(report.first, report.last, rows)


def _row(code: str, table: Mapping[str, Any], judged: Mapping[str, Judged]) -> PublicRow:
    counts: dict[str, int | None] = {}
    for family, names in FAMILIES.items():
        values = judged[family].block.counts(code)
        shows = judged[family].shows(code)
        counts |= {name: value if shows else None for name, value in zip(names, values, strict=True)}
    found = table.get(code, {})
    days = found.get("median_days") if judged["promises"].shows(code) else None
    return PublicRow(code, {"ar": found.get("ar", ""), "en": found.get("en", "")}, counts, days)


def _total(rows: Sequence[PublicRow], frozen: Mapping[str, Any]) -> PublicRow:
    """Return the row of all cases, with the median of all of them unless its counts are withheld."""
    row = next(row for row in rows if row.code == TOTAL)
    return replace(row, median_days=None if row.promised is None else frozen["median_days"])


def _listed(rows: Sequence[PublicRow]) -> tuple[PublicRow, ...]:
    """Return the rows but the total, most received first; withheld ones and those of nobody last."""
    listed = [row for row in rows if row.code != TOTAL]
    return tuple(sorted(listed, key=lambda row: (row.code == NOBODY, -(row.received or 0), row.code)))
