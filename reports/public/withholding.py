"""Which rows of published tables are withheld, so that no group of one to four is shown or can be computed.

A table has rows (agencies, or governorates) of counts and their total, for a period that contains others or lies in
them: months, quarters and years. A row is withheld whole, all its counts at once, if

- one of them is from 1 to 4, or
- what a longer published period leaves over beside the shorter ones in it has one from 1 to 4, or
- a correction changes one by 1 to 4 from a version of the same days that showed the row, or
- the row was withheld in a release before, of a period that is joined to this one by others that contain both.

If fewer than three rows are withheld, or they add up to 1 to 4 in any count, the smallest other row is withheld too,
one with cases if there is one: of two, each agency could compute the other. Where there is no third row, or the total
is too small itself, the table is not published; by how much a correction changes the total is shown. Releases are
judged in the order they were made, so that a later one takes nothing back and takes what is known already into account.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from kit.languages import current_language
from reports.periodic.facts import NOBODY
from reports.phenomena.actions import WEEKS

#: The smallest group that is shown; nobody is in a group of 0, which is shown too.
LEAST: Final = 5
#: Of fewer withheld rows, somebody who knows the own one could compute another.
FEWEST_WITHHELD: Final = 3
#: The key of the total among the rows.
TOTAL: Final = "total"

type Counts = tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """One table of a release: the days, and the counts of each row by code; ``TOTAL`` is added to the rows."""

    first: date
    last: date
    rows: Mapping[str, Counts]

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day, which the versions of a report have in common."""
        return self.first, self.last

    @property
    def width(self) -> int:
        """How many counts a row has."""
        return len(next(iter(self.rows.values()), ()))

    def counts(self, code: str) -> Counts:
        """Return the counts of a row, zeros where it has none, and their sums for ``TOTAL``."""
        if code == TOTAL:
            return self.sums(self.rows)
        return self.rows.get(code, (0,) * self.width)

    def sums(self, codes: Collection[str]) -> Counts:
        """Return the sums over some rows."""
        chosen = [self.rows[code] for code in codes if code in self.rows]
        return tuple(map(sum, zip(*chosen, strict=True))) if chosen else (0,) * self.width

    def contains(self, other: Block) -> bool:
        """Tell whether the days of ``other`` lie in these."""
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True)
class Judged:
    """A table with the codes of the rows that are withheld; the whole table if ``TOTAL`` is among them."""

    block: Block
    withheld: frozenset[str]

    @property
    def is_published(self) -> bool:
        """Tell whether there is anything to show."""
        return TOTAL not in self.withheld

    def shows(self, code: str) -> bool:
        """Tell whether the counts of a row are shown."""
        return self.is_published and code not in self.withheld


def judge(blocks: Sequence[Block]) -> list[Judged]:
    """Return what is withheld of the same table in each of the releases, which are in the order they were made."""
    judged: list[Judged] = []
    for block in blocks:
        judged.append(Judged(block, _withheld(block, _joined(block, judged))))
    return judged


def is_small(counts: Collection[int]) -> bool:
    """Tell whether one of the counts is of a group of one to four."""
    return any(0 < count < LEAST for count in counts)


def _joined(block: Block, before: Sequence[Judged]) -> list[Judged]:
    """Return the releases joined to ``block`` by periods that contain one another."""
    joined: list[Judged] = []
    found = [block]
    while found:
        each = found.pop()
        near = [one for one in before if one not in joined and (each.contains(one.block) or one.block.contains(each))]
        joined += near
        found += [one.block for one in near]
    return joined


def _withheld(block: Block, joined: Sequence[Judged]) -> frozenset[str]:
    rows = {code for one in joined for code in one.withheld}
    known = {*block.rows, TOTAL, *(code for one in joined for code in one.block.rows)}
    rows |= {code for code in known if is_small(block.counts(code)) or _leaves_little(code, block, joined)}
    if TOTAL in rows:
        return frozenset({TOTAL, *known})
    hidden = _with_complement(block, rows)
    return frozenset({TOTAL, *known}) if _reveals(block, hidden) else frozenset(hidden)


def _leaves_little(code: str, block: Block, joined: Sequence[Judged]) -> bool:
    """Tell whether one to four follow from ``block``, once it is shown, and from other periods or versions."""
    shown = [*(one.block for one in joined if one.shows(code)), block]
    return _corrects_little(code, block, shown) or any(
        _leaves_few(code, outer, [inner for inner in shown if outer.contains(inner) and not inner.contains(outer)])
        for outer in shown
        if outer.contains(block)
    )


def _corrects_little(code: str, block: Block, shown: Sequence[Block]) -> bool:
    """Tell whether ``block`` changes a count of a row by one to four from another version of the same days.

    The total may change by few: they are of no agency and of no place, and else no small mistake could be corrected.
    """
    versions = [one for one in shown if one.days == block.days]
    return code != TOTAL and any(
        is_small([abs(_count(block, code, place) - _count(one, code, place)) for one in versions])
        for place in range(block.width)
    )


def _leaves_few(code: str, outer: Block, within: Sequence[Block]) -> bool:
    """Tell whether a row of ``outer`` without the longest of the periods in it, in any of their versions, is small."""
    versions: dict[tuple[date, date], list[Block]] = {}
    for one in within:
        if not any(other.contains(one) and not one.contains(other) for other in within):
            versions.setdefault(one.days, []).append(one)
    if code == TOTAL and sum(map(_length, versions)) == _length(outer.days):
        return False  # No day is left: only what corrections changed.
    return any(is_small(_rests(code, place, outer, versions.values())) for place in range(outer.width))


def _rests(code: str, place: int, outer: Block, periods: Collection[Sequence[Block]]) -> set[int]:
    """Return what may be left of one count, as a version of each of the ``periods`` is taken off."""
    rests = {_count(outer, code, place)}
    for versions in periods:
        rests = {rest - _count(one, code, place) for rest in rests for one in versions}
    return rests


def _count(block: Block, code: str, place: int) -> int:
    counts = block.counts(code)
    return counts[place] if counts else 0


def _length(days: tuple[date, date]) -> int:
    return (days[1] - days[0]).days + 1


def _with_complement(block: Block, rows: set[str]) -> set[str]:
    """Return ``rows`` with as many others as it takes to hide each: the smallest with cases first, then those of 0."""
    others = sorted(
        (code for code in block.rows if code not in rows),
        key=lambda code: (not any(block.rows[code]), sum(block.rows[code]), code),
    )
    hidden = set(rows)
    while others and _reveals(block, hidden):
        hidden.add(others.pop(0))
    return hidden


def _reveals(block: Block, rows: set[str]) -> bool:
    """Tell whether the total reveals a withheld row: they are too few, or all of them together have too few cases.

    Rows of 0 hide others where no row with cases is left. That nobody answered cases without an agency is no secret.
    """
    counted = {code for code in block.rows if any(block.rows[code])}
    hiding = counted & rows if counted - rows else rows & (counted | block.rows.keys() - {NOBODY})
    return (bool(counted & rows) and len(hiding) < FEWEST_WITHHELD) or is_small(block.sums(rows))


# ---- What agencies promised about phenomena, and what became of it, as released reports froze it. ----
#
# The numbers of cases are judged by the rule of ``reports.public.withholding`` over all releases: the weeks before a
# commitment and those after it are periods of one row each, so that what a later release adds to an earlier one is
# not found by subtraction.


type Frozen = Mapping[str, Any]


@dataclass(frozen=True)
class Inflow:
    """Cases in the weeks before a commitment and in so many weeks after it, and what that says in both languages."""

    before: int
    after: int
    weeks: int
    said: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """What the numbers say, in the language of the page."""
        return self.said["en" if current_language() == "en" else "ar"]


@dataclass(frozen=True)
class PublicCommitment:
    """What an agency committed itself to; ``inflow`` is None where it is withheld or too few to compare."""

    name: str
    agency: str
    names: Mapping[str, str]
    committed_on: date
    due_on: date
    evidence_on: date | None
    was_due: bool
    inflow: Inflow | None

    @property
    def agency_name(self) -> str:
        """The name of the agency in the language of the page."""
        return self.names["en" if current_language() == "en" else "ar"]


def read_commitments(
    releases: Sequence[tuple[date, Sequence[Frozen]]],
) -> list[tuple[PublicCommitment, ...]]:
    """Return the commitments of each release, the newest first.

    ``releases`` are the last day and the frozen commitments of each, in the order of their release.
    """
    shows = _shown([each for _last, frozen in releases for each in frozen])
    places = iter(shows)
    found = [tuple(_public(each, last, shown=next(places)) for each in frozen) for last, frozen in releases]
    return [tuple(reversed(each)) for each in found]


def _public(frozen: Frozen, last: date, *, shown: bool) -> PublicCommitment:
    due_on, evidence_on = date.fromisoformat(frozen["due_on"]), frozen["evidence_on"]
    return PublicCommitment(
        name=frozen["name"],
        agency=frozen["agency"],
        names={"ar": frozen["ar"], "en": frozen["en"]},
        committed_on=date.fromisoformat(frozen["committed_on"]),
        due_on=due_on,
        evidence_on=date.fromisoformat(evidence_on) if evidence_on else None,
        was_due=due_on <= last,
        inflow=Inflow(**frozen["inflow"]) if shown else None,
    )


def _shown(commitments: Sequence[Frozen]) -> list[bool]:
    """Tell for each commitment, in the order of their release, whether its numbers are shown."""
    shown = [each["inflow"] is not None for each in commitments]
    for key in {each["key"] for each in commitments}:
        places = [place for place, each in enumerate(commitments) if each["key"] == key and shown[place]]
        judged = judge([block for place in places for block in _blocks(commitments[place])])
        for number, place in enumerate(places):
            shown[place] = all(one.is_published for one in judged[2 * number : 2 * number + 2])
    return shown


def _blocks(frozen: Frozen) -> Iterable[Block]:
    """Return the weeks before and those after a commitment, each as the period of a table with one row."""
    day, inflow, row = date.fromisoformat(frozen["committed_on"]), frozen["inflow"], str(frozen["key"])
    yield Block(day - timedelta(weeks=WEEKS), day - timedelta(days=1), {row: (inflow["before"],)})
    yield Block(day, day + timedelta(weeks=inflow["weeks"], days=-1), {row: (inflow["after"],)})
