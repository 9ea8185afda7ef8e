"""What agencies promised about phenomena, and what became of it, as released reports froze it.

The numbers of cases are judged by the rule of ``reports.public.withholding`` over all releases: the weeks before a
commitment and those after it are periods of one row each, so that what a later release adds to an earlier one is not
found by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kit.languages import current_language
from reports.phenomena.actions import WEEKS
from reports.public.withholding import Block, judge

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
