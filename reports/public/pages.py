"""What the public pages show: the charts of a release, its tables, and an agency over the released periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext, pgettext

from kit.arabic import fold, strip_prefixes
from kit.charts.data import ChartData, ChartRow
from reports.periodic.facts import NOBODY
from reports.public.releases import FAMILIES, PublicRow, Release

#: Agencies on the first page; the others are one press away.
MOST_AGENCIES: Final = 8


def promises_chart(row: PublicRow) -> ChartData | None:
    """Return how the promises of a row ended, in parts of all; None where that is withheld, or nothing was promised."""
    titles = (
        pgettext("promise", "In time"),
        pgettext("promise", "Late, then answered"),
        pgettext("promise", "Late, still waiting"),
    )
    return _parts(row, "promises", titles)


def words_chart(row: PublicRow) -> ChartData | None:
    """Return what citizens say of the answers of a row, in parts of all."""
    titles = (
        pgettext("citizen", "Confirmed solved"),
        pgettext("citizen", "Not solved, or objected"),
        pgettext("citizen", "Has not said"),
    )
    return _parts(row, "words", titles)


def _parts(row: PublicRow, family: str, titles: Sequence[str]) -> ChartData | None:
    names = FAMILIES[family]
    counts = [row.counts[name] for name in names]
    if None in counts or not any(counts):
        return None
    texts = tuple(f"{count:,}" for count in counts)
    line = ChartRow(gettext("All cases"), tuple(float(count or 0) for count in counts), texts)
    return ChartData((gettext("Cases"), *titles), (line,))


def map_chart(release: Release) -> ChartData:
    """Return the share answered in time of each governorate; a withheld one has no number."""
    rows = [_on_the_map(row) for row in release.governorates if row.code != NOBODY]
    return ChartData(
        (gettext("Governorate"), gettext("Answered in time")),
        tuple(rows),
        write=lambda share: f"{share:.0f}%",
        highest=100,
    )


def _on_the_map(row: PublicRow) -> ChartRow:
    share = row.percent("in_time")
    text = "–" if share is None else f"{share}%"
    return ChartRow(row.name, (None if share is None else float(share),), (text,), key=row.code)


def course_chart(code: str, found: Sequence[Release]) -> ChartData | None:
    """Return the two shares of an agency over the quarters, else the months, that show them; None for less than two."""
    for kind in ("quarter", "month"):
        shown = [release for release in reversed(found) if release.kind == kind]
        rows = [line for release in shown if (line := _course_row(code, release)) is not None]
        if len(rows) > 1:
            return ChartData(
                (gettext("Period"), gettext("Answered in time"), gettext("Confirmed solved")),
                tuple(rows),
                write=lambda share: f"{share:.0f}%",
                highest=100,
            )
    return None


def _course_row(code: str, release: Release) -> ChartRow | None:
    row = release.agency(code)
    shares = (row.percent("in_time"), row.percent("confirmed")) if row else (None, None)
    if None in shares:
        return None
    values = tuple(float(share or 0) for share in shares)
    return ChartRow(release.heading, values, tuple(f"{value:.0f}%" for value in values))


def matching(words: str, rows: Sequence[PublicRow]) -> list[PublicRow]:
    """Return the agencies whose name, in either language, contains all ``words``; all of them without words."""
    asked = strip_prefixes(words).split()
    return [row for row in rows if all(word in _searched(row) for word in asked)]


def _searched(row: PublicRow) -> str:
    return " ".join((strip_prefixes(row.names["ar"]), fold(row.names["ar"]), fold(row.names["en"]), row.code))
