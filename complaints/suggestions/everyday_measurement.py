"""Measures what is suggested for everyday words on queries of which it is known which topics are accepted."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from complaints.suggestions.everyday import MOST, suggest
from kit.shares import Share

SAMPLE: Final = Path(__file__).parents[1] / "data" / "everyday_queries.csv"
#: Shares of the queries with an accepted topic first, and among the first three.
LEAST_FIRST, LEAST_AMONG = 0.65, 0.85
#: Of the project's sample these were read when the phrases were written: the first rows, and every other one.
READ_ROWS: Final = 19


@dataclass(frozen=True)
class EverydayQuery:
    """One query of a sample, with the topics and agencies that are accepted for it."""

    code: str
    text: str
    language: str
    place: str
    topics: frozenset[str]
    agencies: frozenset[str]

    @property
    def is_for_looking(self) -> bool:
        """Tell whether a query of the project's sample was read when the phrases were written."""
        digits = re.sub(r"\D", "", self.code) or "0"
        return int(digits) <= READ_ROWS or int(digits) % 2 == 1


@dataclass(frozen=True)
class QueryVerdict:
    """At which place an accepted topic stands (None where it is not suggested), and whether an agency is accepted.

    ``has_agency`` is None where the sample names none.
    """

    query: EverydayQuery
    rank: int | None
    has_agency: bool | None


def read_queries(path: Path) -> list[EverydayQuery]:
    """Return the queries of a file with the columns of ``everyday_queries.csv``."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [
            EverydayQuery(
                row["id"],
                row["query"],
                row["lang"],
                row["place"] or "",
                _codes(row["topic_codes"]),
                _codes(row["agency_codes"]),
            )
            for row in csv.DictReader(rows)
        ]


def _codes(cell: str) -> frozenset[str]:
    return frozenset(code.strip() for code in cell.split("|") if code.strip())


def judge(query: EverydayQuery, *, at: datetime) -> QueryVerdict:
    """Return what is suggested for a query: topics for its words alone, agencies for its words and its place."""
    topics = [one.topic.code for one in suggest(query.text, at=at).topics]
    rank = next((place for place, code in enumerate(topics, start=1) if code in query.topics), None)
    if not query.agencies:
        return QueryVerdict(query, rank, None)
    placed = suggest(f"{query.text}. {query.place}", at=at)
    suggested = [*(one.agency for one in placed.topics), *(one.agency for one in placed.agencies)]
    codes = {agency.code for agency in suggested if agency}
    return QueryVerdict(query, rank, not codes.isdisjoint(query.agencies))


def first_share(verdicts: Iterable[QueryVerdict]) -> Share:
    """Return for how many queries an accepted topic stands first."""
    ranks = [verdict.rank for verdict in verdicts]
    return Share(sum(rank == 1 for rank in ranks), len(ranks))


def among_share(verdicts: Iterable[QueryVerdict]) -> Share:
    """Return for how many queries an accepted topic is among those suggested, of which there are at most three."""
    ranks = [verdict.rank for verdict in verdicts]
    return Share(sum(rank is not None and rank <= MOST for rank in ranks), len(ranks))


def agency_share(verdicts: Iterable[QueryVerdict]) -> Share:
    """Return for how many of the queries with accepted agencies one of them is suggested."""
    found = [verdict.has_agency for verdict in verdicts if verdict.has_agency is not None]
    return Share(sum(found), len(found))


def is_reached(verdicts: Sequence[QueryVerdict]) -> bool:
    """Tell whether accepted topics are suggested often enough."""
    return first_share(verdicts).reaches(LEAST_FIRST) and among_share(verdicts).reaches(LEAST_AMONG)
