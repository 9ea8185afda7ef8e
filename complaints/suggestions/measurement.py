"""How often the suggested agency and topic are right, measured on sample cases of which the right ones are known.

The cases are dealt into folds, duplicates of one another into the same; each fold is suggested for by what is known
from the others. No rule is trained on the answers: the rules, the usual agencies of topics, the words of agencies and
the everyday phrases are reference data, and only the votes of closed cases learn, from the other folds alone.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Final

from django.utils import timezone

from agencies.models import Agency, Governorate, Topic
from agencies.routing import Matter, owners_for
from complaints.suggestions import similar, suggestion_model
from complaints.suggestions.everyday import MOST, hint_for, suggest, topic_scores
from complaints.suggestions.suggestion_model import Query, SuggestionModel
from kit.arabic import strip_prefixes
from kit.shares import Share

SAMPLES: Final = Path(__file__).parents[1] / "data" / "sample_cases.csv"
FOLDS = 5
REPEATS = 5
RESAMPLES = 2000
#: The bounds of a 95 % interval among the sorted shares of the resamples.
LOW, HIGH = 0.025, 0.975

type Ranking = Sequence[int]
type Ranker = Callable[["SampleCase", "Fold"], Ranking]


@dataclass(frozen=True)
class SampleCase:
    """One case of the sample: what is known of it, and whose it was in the end."""

    code: str
    group: str
    subject: str
    details: str
    kind: str
    place: str
    topic: Topic
    governorate: Governorate | None
    agency: int

    @property
    def text(self) -> str:
        """Return its text with the place as written."""
        return f"{self.subject} {self.details} {self.place}"

    @property
    def wording(self) -> str:
        """Return its text as similar cases are found by."""
        return similar.wording(self.subject, self.details)


@dataclass(frozen=True)
class Fold:
    """What is known without the cases that are asked about; ``unruled`` not even from rules what agencies serve."""

    known: SuggestionModel
    unruled: SuggestionModel
    commonest: Ranking
    owners: Mapping[tuple[int, int | None, str], int | None]
    scores: Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class ResampledShare:
    """A share of the cases with its 95 % interval, from resamples."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:6.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True)
class WayLine:
    """How often one way of suggesting is right at once, and among its first three."""

    name: str
    at_one: ResampledShare
    at_three: ResampledShare


def read_samples(path: Path = SAMPLES) -> list[SampleCase]:
    """Return the sample cases of a file whose topic and agency the database knows."""
    agencies = dict(Agency.objects.values_list("code", "pk"))
    topics = {topic.code: topic for topic in Topic.objects.select_related("parent", "suggested_agency")}
    governorates = {one.code: one for one in Governorate.objects.all()}
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [
            SampleCase(
                code=row["id"],
                group=row.get("duplicate_group") or row["id"],
                subject=row["subject"],
                details=row["body"],
                kind=row["kind"],
                place=row["place"],
                topic=topics[row["category_code"]],
                governorate=governorates.get(row["governorate_code"]),
                agency=agencies[row.get("correct_agency_code") or row["agency_code"]],
            )
            for row in csv.DictReader(rows)
            if row["category_code"] in topics and (row.get("correct_agency_code") or row["agency_code"]) in agencies
        ]


# ---- the ways of suggesting ----


def _commonest(_sample: SampleCase, fold: Fold) -> Ranking:
    return fold.commonest


def _votes(sample: SampleCase, fold: Fold) -> Ranking:
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), {})
    return [guess.agency for guess in sorted(found, key=lambda guess: -guess.votes) if guess.votes]


def _words(sample: SampleCase, fold: Fold) -> Ranking:
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), {})
    return [guess.agency for guess in found]


def _text_alone(sample: SampleCase, fold: Fold) -> Ranking:
    """Return the suggestion as if its person had chosen no topic."""
    scores = fold.scores[sample.code]
    read = list(scores)[: suggestion_model.MOST_TOPICS]
    owners = {topic: fold.owners[topic, _key(sample.governorate), sample.place] for topic in read}
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), owners, scores=scores)
    return [guess.agency for guess in found]


def _suggested(sample: SampleCase, fold: Fold) -> Ranking:
    owner = fold.owners[sample.topic.pk, _key(sample.governorate), sample.place]
    return _in_order([owner], _guessed(sample, fold, fold.known))


def _without_rules(sample: SampleCase, fold: Fold) -> Ranking:
    return _in_order([sample.topic.suggested_agency_id], _guessed(sample, fold, fold.unruled))


def _without_reference(sample: SampleCase, fold: Fold) -> Ranking:
    return _guessed(sample, fold, fold.unruled)


def _guessed(sample: SampleCase, fold: Fold, known: SuggestionModel) -> list[int]:
    topic = sample.topic.pk
    if known.is_telling(topic):
        found = known.guesses(Query(sample.text, _key(sample.governorate), topic), {})
        return [guess.agency for guess in found]
    return list(_text_alone(sample, fold))


def _in_order(first: Sequence[int | None], others: Sequence[int]) -> Ranking:
    return list(dict.fromkeys(key for key in (*first, *others) if key is not None))


def _key(governorate: Governorate | None) -> int | None:
    return governorate.pk if governorate else None


BASELINE = "most frequent agency of the sample (baseline)"
SUGGESTED = "as suggested: rule, usual agency, words and votes"
WAYS: Mapping[str, Ranker] = {
    BASELINE: _commonest,
    "votes of similar closed cases alone": _votes,
    "words of agencies and votes, no topic": _words,
    "text alone: words, topics it reads like, votes": _text_alone,
    "topic given, without rules and usual agencies": _without_reference,
    "topic given, without rules": _without_rules,
    SUGGESTED: _suggested,
}


# ---- measuring ----


def measure_agencies(*, at: datetime, path: Path = SAMPLES, repeats: int = REPEATS) -> list[WayLine]:
    """Return how often each way is right, over repeated folds; the same numbers every time."""
    samples = read_samples(path)
    model, unruled = suggestion_model.read(at=at), suggestion_model.read(at=at, by_rules=False)
    owners = _owners(samples, model, on=timezone.localdate(at))
    commonest = [key for key, _number in Counter(sample.agency for sample in samples).most_common()]
    scores = {sample.code: _scores(sample, at=at) for sample in samples}
    hits: dict[str, dict[str, list[tuple[int, int]]]] = {name: defaultdict(list) for name in WAYS}
    for asked, others in folds(samples, repeats):
        closed = [(sample.agency, strip_prefixes(sample.text)) for sample in others]
        fold = Fold(model.learning(closed), unruled.learning(closed), commonest, owners, scores)
        for sample in asked:
            for name, rank in WAYS.items():
                first, *_ = ranked = [*rank(sample, fold)[:3], 0]
                hits[name][sample.group].append((int(first == sample.agency), int(sample.agency in ranked)))
    return [WayLine(name, _share(found, 0), _share(found, 1)) for name, found in hits.items()]


def _owners(
    samples: Sequence[SampleCase], model: SuggestionModel, *, on: date
) -> Mapping[tuple[int, int | None, str], int | None]:
    """Return the agency of every topic in every place of the sample: by rule, else the usual one."""
    topics = list(Topic.objects.filter(parent__isnull=False).select_related("parent"))
    places = {(_key(sample.governorate), sample.place): sample for sample in samples}
    asked = [(topic, key, sample) for topic in topics for key, sample in places.items()]
    found = owners_for([Matter(topic, sample.governorate, sample.place) for topic, _place, sample in asked], on)
    return {
        (topic.pk, *place): owner.pk if owner else _usual(topic, place[0], model)
        for (topic, place, _sample), owner in zip(asked, found, strict=True)
    }


def _usual(topic: Topic, governorate: int | None, model: SuggestionModel) -> int | None:
    usual = topic.suggested_agency_id
    return usual if usual and model.serves(usual, governorate) else None


def folds(samples: Sequence[SampleCase], repeats: int) -> Iterator[tuple[list[SampleCase], list[SampleCase]]]:
    """Yield the cases asked about and those known, fold by fold; seeds are fixed, duplicates stay together."""
    groups: dict[str, list[SampleCase]] = defaultdict(list)
    for sample in samples:
        groups[sample.group].append(sample)
    for seed in range(repeats):
        names = sorted(groups)
        Random(seed).shuffle(names)  # noqa: S311 - the same folds every time
        for start in range(FOLDS):
            chosen = set(names[start::FOLDS])
            yield (
                [sample for sample in samples if sample.group in chosen],
                [sample for sample in samples if sample.group not in chosen],
            )


def _share(found: Mapping[str, Sequence[tuple[int, int]]], which: int) -> ResampledShare:
    """Return the share of hits with its interval, by resampling the groups of cases.

    Repeats ask about the same cases again, so that they are no further evidence: a group is drawn with all its answers.
    """
    groups = [[hit[which] for hit in hits] for _name, hits in sorted(found.items())]
    dice = Random(1)  # noqa: S311 - the same resamples every time
    drawn = sorted(_mean(dice.choices(groups, k=len(groups))) for _ in range(RESAMPLES))
    return ResampledShare(_mean(groups), drawn[int(LOW * RESAMPLES)], drawn[int(HIGH * RESAMPLES) - 1])


def _mean(groups: Sequence[Sequence[int]]) -> float:
    return sum(map(sum, groups)) / sum(map(len, groups))


# ---- topics ----


@dataclass(frozen=True)
class TopicFigures:
    """How often the text reads like its topic, and what is offered when the chosen topic is the right or no topic."""

    at_one: str
    at_three: str
    offered_right: str
    offered_wrong: str
    misled: str


def measure_topics(*, at: datetime, path: Path = SAMPLES) -> TopicFigures:
    """Return how well topics are read from texts; their names are reference data, so that nothing is left out."""
    samples = read_samples(path)
    read = [(sample, list(_scores(sample, at=at))[:3]) for sample in samples]
    blank = [(sample, _hint(sample, None, at=at)) for sample in samples]
    own = [_hint(sample, sample.topic.pk, at=at) for sample in samples]
    number = len(samples)
    return TopicFigures(
        at_one=_written(sum(sample.topic.pk in keys[:1] for sample, keys in read), number),
        at_three=_written(sum(sample.topic.pk in keys for sample, keys in read), number),
        offered_right=_written(sum(key == sample.topic.pk for sample, key in blank), number),
        offered_wrong=_written(sum(key not in {None, sample.topic.pk} for sample, key in blank), number),
        misled=_written(sum(key is not None for key in own), number),
    )


def _hint(sample: SampleCase, topic: int | None, *, at: datetime) -> int | None:
    """Return the key of the topic that the text clearly reads like instead of ``topic``."""
    found = hint_for(f"{sample.subject}. {sample.details}", kind=sample.kind, topic=topic, at=at)
    return found.topic.pk if found else None


def _scores(sample: SampleCase, *, at: datetime) -> dict[int, float]:
    return topic_scores(f"{sample.subject}. {sample.details}", kind=sample.kind, at=at) or {}


def _written(hits: int, number: int) -> str:
    low, high = Share(hits, number).interval
    return f"{hits / number:.1%} ({low:.1%} to {high:.1%})"


# ---- Measures what is suggested for everyday words on queries of which it is known which topics are accepted. ----


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
