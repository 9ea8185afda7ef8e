"""How many words of a family find each other with the search of the desk, and how many of other families.

Each word is the whole text of a case to the database, and every word is looked for as an officer types it.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from unittest import mock

from django.core.management import call_command
from django.db import connection

from complaints.search import search, word_forms
from tests.bench import progress

FAMILIES = Path(__file__).parents[1] / "complaints" / "search" / "families.csv"
#: The share of pairs that must meet, and the false pairs in a thousand that may.
MEETING, FALSE = 0.85, 1.0

type Families = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Recall:
    """The pairs within families whose words find each other, and those across of which one finds the other."""

    pairs: int
    meeting: int
    found: int
    strangers: int
    false: int

    @property
    def share(self) -> float:
        """Return the share of the pairs in which each word finds the other."""
        return self.meeting / self.pairs

    @property
    def directed(self) -> float:
        """Return the share of searches within families that find."""
        return self.found / (2 * self.pairs)

    @property
    def false_in_a_thousand(self) -> float:
        """Return the false pairs in a thousand."""
        return 1000 * self.false / self.strangers


def main(_arguments: list[str]) -> int:
    """Print the table; return how many goals are missed."""
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    families = read_families()
    halves = {"rules were written on": _every_other(families, 0), "held out": _every_other(families, 1)}
    rows = [("all", measure(families)), *((name, measure(half)) for name, half in halves.items())]
    with without_irregular_nouns():
        rows += [("all, without the list", measure(families)), ("held out, without it", measure(halves["held out"]))]
    sys.stdout.write(f"{len(families)} families, {sum(map(len, families.values()))} words\n\n")
    sys.stdout.write(f"{'':<24}{'pairs':>7}{'meet':>9}{'searches':>10}{'false':>16}{'‰':>7}\n")
    for name, one in rows:
        false = f"{one.false}/{one.strangers}"
        line = f"{name:<24}{one.pairs:>7}{one.share:>9.1%}{one.directed:>10.1%}{false:>16}"
        sys.stdout.write(f"{line}{one.false_in_a_thousand:>7.2f}\n")
    whole = rows[0][1]
    return (whole.share < MEETING) + (whole.false_in_a_thousand > FALSE)


def read_families() -> Families:
    """Return the words of each family of the table."""
    with FAMILIES.open(encoding="utf-8", newline="") as rows:
        return {row["family"]: row["words"].split() for row in csv.DictReader(rows)}


def _every_other(families: Families, first: int) -> Families:
    return dict(list(families.items())[first::2])


def without_irregular_nouns() -> mock._patch[object]:
    """Leave the search with its patterns alone."""
    word_forms.word_forms.cache_clear()
    return mock.patch.object(word_forms, "_irregular", dict)


def measure(families: Families) -> Recall:
    """Look for every word of ``families`` among all of them."""
    found = _found(sorted({word for words in families.values() for word in words}))
    word_forms.word_forms.cache_clear()
    within = [(one in found[other], other in found[one]) for one, other in _pairs_within(families)]
    across = [one in found[other] or other in found[one] for one, other in _pairs_across(families)]
    return Recall(
        pairs=len(within),
        meeting=sum(map(all, within)),
        found=sum(map(sum, within)),
        strangers=len(across),
        false=sum(across),
    )


def _pairs_within(families: Families) -> Iterator[tuple[str, str]]:
    for words in families.values():
        yield from combinations(words, 2)


def _pairs_across(families: Families) -> Iterator[tuple[str, str]]:
    for one, other in combinations(families.values(), 2):
        yield from product(one, other)


def _found(words: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the words each word finds, by the query of production on text folded and indexed as a case's is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE said AS SELECT word, to_tsvector('simple', ar_strip(word)) AS words"
            " FROM unnest(%s::text[]) AS word",
            [list(words)],
        )
        found = {}
        for word in progress.follow(words, "Looking for word"):
            wanted = search.search_query(search.search_words(word))
            cursor.execute("SELECT word FROM said WHERE words @@ to_tsquery('simple', %s)", [wanted])
            found[word] = frozenset(one for (one,) in cursor.fetchall())
        cursor.execute("DROP TABLE said")
    return found
