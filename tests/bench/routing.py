"""How often the suggestion is right and how many duplicates are found, measured on the sample cases of the project.

The cases are dealt into folds, duplicates of one another into the same; each fold is suggested for by what is known
from the others. No rule is trained on the answers: the rules, the usual agencies of topics and the words of agencies
are reference data, and only the votes of closed cases learn, from the other folds alone.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.utils import timezone

from agencies.models import Agency, Governorate, Topic
from agencies.routing import Matter, owners_for
from complaints.suggestions import similar, suggestion_model
from complaints.suggestions.suggestion_model import Query, SuggestionModel
from kit.arabic import strip_prefixes
from tests.bench import progress

SAMPLES = Path(__file__).parents[2] / "complaints" / "data" / "sample_cases.csv"
REWORDINGS = Path(__file__).parent / "rewordings.csv"
FOLDS = 5
REPEATS = 5
RESAMPLES = 2000
#: The bounds of a 95 % interval among the sorted shares of the resamples.
LOW, HIGH = 0.025, 0.975

type Ranking = Sequence[int]
type Ranker = Callable[["Sample", "Fold"], Ranking]


@dataclass(frozen=True)
class Sample:
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


@dataclass(frozen=True)
class Share:
    """A share of the cases with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:6.1%} ({self.low:.1%} to {self.high:.1%})"


@dataclass(frozen=True)
class Line:
    """How often one way of suggesting is right at once, and among its first three."""

    name: str
    at_one: Share
    at_three: Share


def main(_arguments: list[str]) -> int:
    """Load the reference data and print every measurement; changes nothing else."""
    progress.say("Preparing the database …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    sys.stdout.writelines(f"{line}\n" for line in report(at=timezone.now()))
    return 0


def report(*, at: datetime) -> Iterator[str]:
    """Yield the measurements line by line; docs/routing.md keeps the numbers."""
    yield f"The correct agency, {REPEATS} times {FOLDS} folds, with 95 % intervals:"
    yield f"{'':52}{'first':>26}{'among three':>28}"
    for line in measure_agencies(at=at):
        yield f"{line.name:52}{line.at_one!s:>26}{line.at_three!s:>28}"
    progress.say("Reading topics from the texts …")
    topics = measure_topics(at=at)
    yield f"The topic read from the text: first {topics.at_one}, among three {topics.at_three}"
    yield (
        f"offered where none fits: right {topics.offered_right}, wrong {topics.offered_wrong}; "
        f"where the right one was chosen: {topics.misled}"
    )
    progress.say("Looking for duplicates …")
    yield "Duplicates, within a governorate:"
    for found in measure_duplicates():
        yield f"{found.name}: {found}"


def read_samples() -> list[Sample]:
    """Return the sample cases whose topic and agency the database knows."""
    agencies = dict(Agency.objects.values_list("code", "pk"))
    topics = {topic.code: topic for topic in Topic.objects.select_related("parent", "suggested_agency")}
    governorates = {one.code: one for one in Governorate.objects.all()}
    with SAMPLES.open(encoding="utf-8", newline="") as rows:
        return [
            Sample(
                code=row["id"],
                group=row["duplicate_group"] or row["id"],
                subject=row["subject"],
                details=row["body"],
                kind=row["kind"],
                place=row["place"],
                topic=topics[row["category_code"]],
                governorate=governorates.get(row["governorate_code"]),
                agency=agencies[row["correct_agency_code"] or row["agency_code"]],
            )
            for row in csv.DictReader(rows)
            if row["category_code"] in topics
        ]


# ---- the ways of suggesting ----


def _commonest(_sample: Sample, fold: Fold) -> Ranking:
    return fold.commonest


def _votes(sample: Sample, fold: Fold) -> Ranking:
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), {})
    return [guess.agency for guess in sorted(found, key=lambda guess: -guess.votes) if guess.votes]


def _words(sample: Sample, fold: Fold) -> Ranking:
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), {})
    return [guess.agency for guess in found]


def _text_alone(sample: Sample, fold: Fold) -> Ranking:
    """Return the suggestion as if its person had chosen no topic."""
    read = fold.known.topics_read(sample.text, kind=sample.kind)
    owners = {topic: fold.owners[topic, _key(sample.governorate), sample.place] for topic in read}
    found = fold.known.guesses(Query(sample.text, _key(sample.governorate)), owners)
    return [guess.agency for guess in found]


def _suggested(sample: Sample, fold: Fold) -> Ranking:
    owner = fold.owners[sample.topic.pk, _key(sample.governorate), sample.place]
    return _in_order([owner], _guessed(sample, fold, fold.known))


def _without_rules(sample: Sample, fold: Fold) -> Ranking:
    return _in_order([sample.topic.suggested_agency_id], _guessed(sample, fold, fold.unruled))


def _without_reference(sample: Sample, fold: Fold) -> Ranking:
    return _guessed(sample, fold, fold.unruled)


def _guessed(sample: Sample, fold: Fold, known: SuggestionModel) -> list[int]:
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


def measure_agencies(*, at: datetime, repeats: int = REPEATS) -> list[Line]:
    """Return how often each way is right, over repeated folds; the same numbers every time."""
    samples = read_samples()
    model, unruled = suggestion_model.read(at=at), suggestion_model.read(at=at, by_rules=False)
    owners = _owners(samples, model, on=timezone.localdate(at))
    commonest = [key for key, _number in Counter(sample.agency for sample in samples).most_common()]
    hits: dict[str, dict[str, list[tuple[int, int]]]] = {name: defaultdict(list) for name in WAYS}
    for asked, others in progress.follow(list(_folds(samples, repeats)), "Suggesting agencies: fold"):
        closed = [(sample.agency, strip_prefixes(sample.text)) for sample in others]
        fold = Fold(model.learning(closed), unruled.learning(closed), commonest, owners)
        for sample in asked:
            for name, rank in WAYS.items():
                first, *_ = ranked = [*rank(sample, fold)[:3], 0]
                hits[name][sample.group].append((int(first == sample.agency), int(sample.agency in ranked)))
    return [Line(name, _share(found, 0), _share(found, 1)) for name, found in hits.items()]


def _owners(
    samples: Sequence[Sample], model: SuggestionModel, *, on: date
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


def _folds(samples: Sequence[Sample], repeats: int) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """Yield the cases asked about and those known, fold by fold; seeds are fixed, duplicates stay together."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[sample.group].append(sample)
    for seed in range(repeats):
        names = sorted(groups)
        Random(seed).shuffle(names)
        for start in range(FOLDS):
            chosen = set(names[start::FOLDS])
            yield (
                [sample for sample in samples if sample.group in chosen],
                [sample for sample in samples if sample.group not in chosen],
            )


def _share(found: Mapping[str, Sequence[tuple[int, int]]], which: int) -> Share:
    """Return the share of hits with its interval, by resampling the groups of cases.

    Repeats ask about the same cases again, so that they are no further evidence: a group is drawn with all its answers.
    """
    groups = [[hit[which] for hit in hits] for _name, hits in sorted(found.items())]
    dice = Random(1)
    drawn = sorted(_mean(dice.choices(groups, k=len(groups))) for _ in range(RESAMPLES))
    return Share(_mean(groups), drawn[int(LOW * RESAMPLES)], drawn[int(HIGH * RESAMPLES) - 1])


def _mean(groups: Sequence[Sequence[int]]) -> float:
    return sum(map(sum, groups)) / sum(map(len, groups))


# ---- topics ----


@dataclass(frozen=True)
class Topics:
    """How often the text reads like its topic, and what is offered when the chosen topic is the right or no topic."""

    at_one: str
    at_three: str
    offered_right: str
    offered_wrong: str
    misled: str


def measure_topics(*, at: datetime) -> Topics:
    """Return how well topics are read from texts; their names are reference data, so that nothing is left out."""
    samples, model = read_samples(), suggestion_model.read(at=at)
    read = [(sample, model.topics_read(sample.text, kind=sample.kind)) for sample in samples]
    blank = [(sample, model.other_topic(sample.text, kind=sample.kind, topic=None)) for sample in samples]
    own = [model.other_topic(sample.text, kind=sample.kind, topic=sample.topic.pk) for sample in samples]
    number = len(samples)
    return Topics(
        at_one=_written(sum(sample.topic.pk in keys[:1] for sample, keys in read), number),
        at_three=_written(sum(sample.topic.pk in keys for sample, keys in read), number),
        offered_right=_written(sum(key == sample.topic.pk for sample, key in blank), number),
        offered_wrong=_written(sum(key not in {None, sample.topic.pk} for sample, key in blank), number),
        misled=_written(sum(key is not None for key in own), number),
    )


def _written(hits: int, number: int) -> str:
    return f"{hits / number:.1%} ({_wilson(hits, number)})"


# ---- duplicates ----


@dataclass(frozen=True)
class Found:
    """How many of the pairs that tell of the same thing are found, and how many others raise a false alarm."""

    name: str
    found: int
    same: int
    alarms: int
    others: int

    def __str__(self) -> str:
        return (
            f"{self.found} of {self.same} found ({_wilson(self.found, self.same)}), "
            f"{self.alarms} false alarms in {self.others} other pairs ({_wilson(self.alarms, self.others)})"
        )


def measure_duplicates() -> list[Found]:
    """Return how the pairs of the sample and the rewordings made by hand are told apart, within a governorate."""
    samples = read_samples()
    by_code = {sample.code: sample for sample in samples}
    with REWORDINGS.open(encoding="utf-8", newline="") as rows:
        reworded = [
            (by_code[row["of"]], similar.wording(row["subject"], row["body"]), row["same"] == "yes")
            for row in csv.DictReader(rows)
        ]
    pairs = [
        (one.group == other.group, similar.likeness(one.wording, other.wording))
        for one, other in combinations(samples, 2)
        if one.governorate == other.governorate
    ]
    own = [(same, similar.likeness(sample.wording, text)) for sample, text, same in reworded]
    foreign = [
        (False, similar.likeness(other.wording, text))
        for sample, text, _same in reworded
        for other in samples
        if other.group != sample.group and other.governorate == sample.governorate
    ]
    return [_counted("pairs of the sample", pairs), _counted("rewordings made by hand", [*own, *foreign])]


def _counted(name: str, pairs: Sequence[tuple[bool, float]]) -> Found:
    same = [score for is_same, score in pairs if is_same]
    others = [score for is_same, score in pairs if not is_same]
    alarms = sum(score >= similar.LEAST for score in others)
    return Found(name, sum(score >= similar.LEAST for score in same), len(same), alarms, len(others))


def _wilson(hits: int, number: int) -> str:
    """Return the 95 % interval of Wilson for a share."""
    z = 1.96
    share, weight = hits / number, z * z / number
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * (share * (1 - share) / number + weight / number / 4) ** 0.5
    return f"{max(0.0, middle - half):.1%} to {min(1.0, middle + half):.1%}"
