"""Finds groups of cases that grow: of one topic, alike in their words, in one place. No database, no chance.

Texts of a topic are grouped in the order of filing: a text joins the group with whose first text it shares most word
beginnings, from half of the shorter one's on, else it begins a group. In each group the people who wrote in the last
four weeks are compared with those of the sixteen weeks before, in each area, each governorate, and everywhere. A group
grows if so many recent people would come by chance in less than ``ALARM`` of all nights: the exact binomial tail, with
the share that the other cases of the topic had in the last four weeks, times the number of places and topics looked at.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Final, NamedTuple

#: Days that count as recent, and the days before them.
RECENT_DAYS: Final = 28
BEFORE_DAYS: Final = 112
#: The fewest people who wrote recently, and the least growth against what was to be expected.
FEWEST: Final = 8
LEAST_GROWTH: Final = 2.0
#: The share of nights on which chance alone would raise an alarm, at most.
ALARM: Final = 0.01
#: The share of the shorter text's word beginnings that two texts of a group have in common.
LIKENESS: Final = 0.5
#: With fewer other cases of the topic, the cases of all topics tell what was to be expected.
FEWEST_OTHERS: Final = 30
#: Groups of one topic; texts that would begin a further one are left alone, which bounds the time.
MOST_GROUPS: Final = 400
#: The share of a group's texts that contain its stems, and how many stems are kept.
COMMON: Final = 0.5
MOST_STEMS: Final = 40


class CaseWords(NamedTuple):
    """A case as the search sees it: ``days`` before now, a key for its writer, its place, and its word beginnings."""

    case: int
    person: object
    days: int
    governorate: int | None
    area: str
    stems: frozenset[str]

    @property
    def is_recent(self) -> bool:
        """Tell whether it was filed in the last four weeks."""
        return self.days < RECENT_DAYS


class Place(NamedTuple):
    """An area of a governorate, a governorate without ``area``, or with neither everywhere."""

    governorate: int | None
    area: str


@dataclass(frozen=True)
class Growth:
    """A group that grows in a place: its cases, how many people wrote recently and before, and what was expected."""

    place: Place
    cases: Sequence[CaseWords]
    recent: int
    before: int
    expected: float
    stems: tuple[str, ...]


def growing(texts: Sequence[CaseWords], *, everything: tuple[int, int], topics: int = 1) -> list[Growth]:
    """Return the groups of ``texts``, all of one of so many ``topics``, that grow.

    ``everything`` counts the recent and the earlier cases of all topics.
    """
    cells = [(place, cases) for group in text_groups(texts) for place, cases in _places(group)]
    cells = [(place, cases) for place, cases in cells if _people(cases)[0] >= FEWEST]
    recent_of_topic = sum(text.is_recent for text in texts)
    found: list[Growth] = []
    taken: set[int] = set()
    for place, cases in sorted(cells, key=_narrowest_first):
        rest = [text for text in cases if text.case not in taken]
        growth = _growth(
            place, rest, (recent_of_topic, len(texts) - recent_of_topic), everything, tests=len(cells) * topics
        )
        if growth is not None:
            found.append(growth)
            taken |= {text.case for text in rest}
    return found


def _growth(
    place: Place, cases: Sequence[CaseWords], topic: tuple[int, int], everything: tuple[int, int], *, tests: int
) -> Growth | None:
    recent, before = _people(cases)
    if recent < FEWEST:
        return None
    own = sum(text.is_recent for text in cases)
    others = (topic[0] - own, topic[1] - (len(cases) - own))
    if sum(others) < FEWEST_OTHERS:
        others = (everything[0] - own, everything[1] - (len(cases) - own))
    share = (others[0] + 0.5) / (sum(others) + 1)
    expected = before * share / (1 - share)
    if recent < LEAST_GROWTH * expected or chance(recent, recent + before, share) * tests > ALARM:
        return None
    return Growth(place, cases, recent, before, expected, common_stems(cases))


def text_groups(texts: Sequence[CaseWords]) -> list[list[CaseWords]]:
    """Return the texts in groups of those alike, each in the order of filing."""
    groups: list[list[CaseWords]] = []
    by_stem: dict[str, list[int]] = defaultdict(list)
    for text in sorted(texts, key=lambda text: (-text.days, text.case)):
        shared = Counter(number for stem in text.stems for number in by_stem[stem])
        likeness = {
            number: count / min(len(text.stems), len(groups[number][0].stems)) for number, count in shared.items()
        }
        best = max(likeness, key=lambda number: (likeness[number], -number), default=None)
        if best is not None and likeness[best] >= LIKENESS:
            groups[best].append(text)
        elif text.stems and len(groups) < MOST_GROUPS:
            for stem in text.stems:
                by_stem[stem].append(len(groups))
            groups.append([text])
    return groups


def common_stems(cases: Sequence[CaseWords]) -> tuple[str, ...]:
    """Return the word beginnings that at least half of the cases share, the most frequent first: no one person's."""
    counts = Counter(stem for text in cases for stem in text.stems)
    common = [stem for stem, count in counts.items() if count >= COMMON * len(cases)]
    return tuple(sorted(common, key=lambda stem: (-counts[stem], stem))[:MOST_STEMS])


def is_alike(stems: frozenset[str], common: Sequence[str]) -> bool:
    """Tell whether a text has enough of the common word beginnings of a phenomenon."""
    return bool(common) and len(stems.intersection(common)) >= LIKENESS * len(common)


def chance(successes: int, trials: int, share: float) -> float:
    """Return the chance of ``successes`` or more in ``trials`` of one ``share`` each: the binomial tail."""
    if share <= 0:
        return float(successes <= 0)
    return min(1.0, sum(_binomial(number, trials, share) for number in range(successes, trials + 1)))


def _binomial(number: int, trials: int, share: float) -> float:
    ways = lgamma(trials + 1) - lgamma(number + 1) - lgamma(trials - number + 1)
    return exp(ways + number * log(share) + (trials - number) * log(1 - share))


def _places(group: Iterable[CaseWords]) -> Iterator[tuple[Place, list[CaseWords]]]:
    found: dict[Place, list[CaseWords]] = defaultdict(list)
    for text in group:
        for place in {
            Place(None, ""),
            Place(text.governorate, ""),
            Place(text.governorate, text.area if text.governorate else ""),
        }:
            found[place].append(text)
    yield from found.items()


def _people(cases: Iterable[CaseWords]) -> tuple[int, int]:
    """Return how many people wrote recently, and before; nobody counts twice in either."""
    recent: set[object] = set()
    before: set[object] = set()
    for text in cases:
        (recent if text.is_recent else before).add(text.person)
    return len(recent), len(before)


def _narrowest_first(cell: tuple[Place, list[CaseWords]]) -> tuple[bool, bool, int, str]:
    place, _cases = cell
    return (not place.area, place.governorate is None, place.governorate or 0, place.area)
