"""Guesses the agency and topic of a text from the words of agencies, of topics and of the newest closed cases.

A small model in the memory of each process: pages do not query the closed cases, so that their cost does not grow with
the number of those.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest

from django.db.models import F, Max
from django.utils import timezone

from agencies.free_text import reader
from agencies.models import Agency, ReferenceChange, Topic
from agencies.routing import areas
from complaints.models import Case, Classification
from complaints.workflow import Outcome, State
from kit.arabic import strip_prefixes

# ---- The terms of a text by which texts are compared: its words without stop words, and its trigrams. ----


#: Words shorter than this are nearly always particles.
SHORTEST = 3
#: The beginning that the forms of a word share most often: «مياه» and «مياهنا», "repair" and "repaired".
STEM = 4
_WORD = re.compile(r"[^\W_]+")
# Stop words, folded: most texts contain them whatever they are about.
_EMPTY = """
    في من على منذ عن إلى أو أي لا لم مع غير هذا هذه تم أن إن كل بين قبل بعد حتى ذلك التي الذي كما عند كان يتم دون هل ما
    هو هي
    أنا نحن لدي لدينا أكثر جدا وذلك حيث إلا قد
    the of and to in a is for on at we i my our are be it has have with from this that was were not no they their by an
    as which or please more than every but there
"""
_STOPPED = frozenset(map(strip_prefixes, _EMPTY.split()))


def terms_with_order(text: str) -> list[str]:
    """Return the words of ``text`` that carry its meaning, folded, in their order."""
    return terms_in(strip_prefixes(text))


def terms_in(folded: str) -> list[str]:
    """Return the words that carry the meaning of a text that is folded already, as the database keeps it."""
    return [word for word in _WORD.findall(folded) if len(word) >= SHORTEST and word not in _STOPPED]


def term_stems(terms: list[str]) -> list[str]:
    """Return the words, each followed by its stem, by which different forms of a word match."""
    bare = [_without_particle(term) for term in terms]
    return [*bare, *(f"{term[:STEM]}~" for term in bare)]


def _without_particle(term: str) -> str:
    """Return a word without a one-letter particle; folding takes off only those joined to an article."""
    return term[1:] if len(term) > STEM and term[0] in "وبل" else term


def trigrams(text: str) -> frozenset[str]:
    """Return the trigrams of a folded text, word by word, as PostgreSQL's ``show_trgm`` does."""
    padded = f"  {'   '.join(_WORD.findall(text))} "
    triples = map("".join, zip(padded, padded[1:], padded[2:], strict=False))
    return frozenset(triple for triple in triples if triple[1:] != "  ")


# ---- What corrections of topics teach: the words of the corrected cases, counted by the topic they were given. ----
#
# Nothing is trained or stored: the counts are made from the newest corrections whenever the suggestions are read
# again.


#: Maximum number of corrections that are read, the newest.
MOST_CORRECTIONS = 1000
#: A word speaks for a topic once this many cases with it were corrected to that topic, from the same topic ...
LEAST_CASES = 2
#: ... and once this share of all corrections with the word, in percent, went there.
LEAST_SHARE = 60
#: So many words of a text have to speak for a topic before it is suggested.
LEAST_WORDS = 2


@dataclass(frozen=True)
class Correction:
    """One corrected case: its folded text, and its topic before and after."""

    words: str
    before: int
    after: int


class CorrectionCounts:
    """How many cases with a word were corrected from one topic to another."""

    def __init__(self, corrections: Sequence[Correction] = ()) -> None:
        self._counts: dict[int, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        for correction in corrections:
            for stem in set(term_stems(terms_in(correction.words))):
                self._counts[correction.before][stem][correction.after] += 1

    def topic_for(self, text: str, *, topic: int | None) -> int | None:
        """Return the topic to which cases of ``topic`` with the words of ``text`` were corrected; None if in doubt."""
        if topic is None or topic not in self._counts:
            return None
        words = Counter(
            after for word in terms_with_order(text) for after in self._spoken_for(topic, term_stems([word]))
        )
        best = words.most_common(2)
        if not best or best[0][1] < LEAST_WORDS or (len(best) > 1 and best[1][1] == best[0][1]):
            return None
        return best[0][0]

    def _spoken_for(self, topic: int, stems: Sequence[str]) -> set[int]:
        """Return the topics for which a word speaks, by any of its ``stems``."""
        return {
            after
            for stem in stems
            for after, number in self._counts[topic].get(stem, Counter[int]()).items()
            if number >= LEAST_CASES and number * 100 >= LEAST_SHARE * self._counts[topic][stem].total()
        }


def read_corrections() -> CorrectionCounts:
    """Return the counts of the newest corrections; one statement. A case corrected back teaches what it is now."""
    standing = Classification.objects.filter(case__erased_at=None, case__topic=F("topic_after"))
    changed = standing.exclude(topic_before=None).exclude(topic_after=F("topic_before")).order_by("-at", "-pk")
    rows = changed.values_list("case__folded", "topic_before", "topic_after")[:MOST_CORRECTIONS]
    return CorrectionCounts([Correction(*row) for row in rows])


#: Maximum number of closed cases in the model, the newest.
MOST_CLOSED = 1000
#: How many of the most similar closed cases vote, and how many of them must agree.
ASKED, AGREEING = 5, 2
#: The weight of the votes of closed cases relative to the words of agencies and topics: see docs/routing.md.
VOTES_WEIGHT = 0.5
#: Maximum number of topics considered when guessing the agency of a text.
MOST_TOPICS = 3
#: The minimum score of another topic to be suggested instead of the chosen one.
LEAST_TOPIC = 10.0
#: Minimum number of words shared with an agency if nothing else supports the guess.

#: Maximum number of shared words named in a reason.
MOST_SHOWN = 4
_EDGES = re.compile(r"^\W+|\W+$")
#: The number of the way in which texts are read: another one makes all that was kept be read again.
WAY = 1
#: The model is reloaded after this time.
FRESH = timedelta(minutes=15)
#: Cases whose guesses a model keeps.
MOST_KNOWN = 500
#: A case whose agency gave an answer is the agency's.
ANSWERED = (
    Outcome.SOLVED,
    Outcome.PARTLY,
    Outcome.REFUSED_WITH_REASON,
    Outcome.ANSWERED,
    Outcome.THANKED,
    Outcome.ADOPTED,
    Outcome.NOT_ADOPTED,
)


class Bm25Index[Key: Hashable]:
    """An index of folded texts by key, ranked for a question by BM25; several texts may have the same key."""

    _SATURATION, _LENGTH = 1.2, 0.5

    def __init__(self, texts: Sequence[tuple[Key, str]]) -> None:
        self.keys = [key for key, _text in texts]
        counts = [Counter(term_stems(terms_in(text))) for _key, text in texts]
        lengths = [count.total() for count in counts]
        mean = sum(lengths) / len(lengths) if any(lengths) else 1.0
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, count in enumerate(counts):
            damping = self._SATURATION * (1 - self._LENGTH + self._LENGTH * lengths[place] / mean)
            for stem, times in count.items():
                self._postings[stem].append((place, times * (self._SATURATION + 1) / (times + damping)))
        self._rarity = {stem: self._text_rarity(len(found)) for stem, found in self._postings.items()}

    def _text_rarity(self, texts: int) -> float:
        return math.log(1 + (len(self.keys) - texts + 0.5) / (texts + 0.5))

    def ranked(self, question: Sequence[str], *, most: int | None = None) -> list[tuple[Key, float]]:
        """Return the keys with the score of each text that shares a stem with the question, the best first."""
        scores: dict[int, float] = defaultdict(float)
        for stem in dict.fromkeys(question):
            rarity = self._rarity.get(stem, 0.0)
            for place, weight in self._postings.get(stem, ()):
                scores[place] += rarity * weight
        best = nsmallest(most or len(scores), scores, key=lambda place: (-scores[place], place))
        return [(self.keys[place], scores[place]) for place in best]


@dataclass(frozen=True)
class AgencyProfile:
    """An agency in the model: its kind, its folded words, and its governorates (none means all)."""

    key: int
    kind: str
    sector: str
    words: str
    area: frozenset[int] = frozenset()

    def serves(self, governorate: int | None) -> bool:
        """Tell whether it serves a governorate, as far as that is known."""
        return not self.area or governorate is None or governorate in self.area


@dataclass(frozen=True)
class TopicProfile:
    """A topic in the model: its folded words, the kinds of agency it belongs to, and its usual agency."""

    key: int
    words: str
    kinds: frozenset[str]
    agency_kinds: frozenset[str]
    sectors: frozenset[str]
    usual: int | None

    def is_for(self, body: AgencyProfile) -> bool:
        """Tell whether the topic belongs to the kind of the agency."""
        is_kind = not self.agency_kinds or body.kind in self.agency_kinds
        return is_kind and (not self.sectors or body.sector in self.sectors)


@dataclass(frozen=True)
class Query:
    """A case to guess for: its text with the place as typed, its governorate, and its topic if it has one."""

    text: str
    governorate: int | None = None
    topic: int | None = None


@dataclass(frozen=True)
class Guess:
    """A guessed agency with its reasons: votes of closed cases, shared words, the topic the text suggests."""

    agency: int
    score: float
    votes: int = 0
    words: Sequence[str] = ()
    topic: int | None = None


class SuggestionModel:
    """The indexes of agencies, topics and closed cases.

    ``edition`` says by what a text was read: our own way, the newest change of reference data, and the day, since on
    another one other rules hold and other cases have been closed.
    """

    def __init__(
        self,
        bodies: Sequence[AgencyProfile],
        subjects: Sequence[TopicProfile],
        closed: Sequence[tuple[int, str]],
        *,
        at: datetime,
        edition: str = "",
        corrections: CorrectionCounts | None = None,
    ) -> None:
        self.at, self.edition = at, edition
        self.corrections = corrections or CorrectionCounts()
        self.bodies = {body.key: body for body in bodies}
        self.subjects = {subject.key: subject for subject in subjects}
        self._agencies = Bm25Index([(body.key, body.words) for body in bodies])
        self._topics = Bm25Index([(subject.key, subject.words) for subject in subjects])
        self._closed = Bm25Index(closed)
        self._terms = {body.key: frozenset(term_stems(terms_in(body.words))) for body in bodies}
        self._known: dict[object, list[Guess]] = {}

    def learning(self, closed: Sequence[tuple[int, str]]) -> SuggestionModel:
        """Return the same model with other closed cases."""
        learned = copy(self)
        learned._closed, learned._known = Bm25Index(closed), {}  # noqa: SLF001 - its own
        return learned

    def guesses(
        self, asked: Query, owners: Mapping[int, int | None], *, scores: Mapping[int, float] | None = None
    ) -> list[Guess]:
        """Return the guessed agencies, the best first.

        With a topic only agencies of its kinds; never an agency of other governorates. ``owners`` are the agencies of
        the topics the text suggests, for a case whose own topic does not narrow down its owner; ``scores`` says how
        well the text fits topics, where that is known better than from their names. The guesses for the last
        ``MOST_KNOWN`` cases are kept with the model: triage asks for them again after each case.
        """
        known = (asked, frozenset(owners.items()), None if scores is None else frozenset(scores.items()))
        if known not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[known] = self._guesses(asked, owners, scores)
        return self._known[known]

    def _guesses(
        self, asked: Query, owners: Mapping[int, int | None], scores: Mapping[int, float] | None
    ) -> list[Guess]:
        question = term_stems(terms_with_order(asked.text))
        words = {key: score for key, score in self._agencies.ranked(question) if self._fits(key, asked)}
        votes = {key: number for key, number in self._votes(question).items() if self._fits(key, asked)}
        topics = self._owners_read(dict(self._topics.ranked(question)) if scores is None else scores, owners)
        totals: dict[int, float] = defaultdict(float)
        for shares, weight in ((_shares(words), 1.0), (_shares(votes), VOTES_WEIGHT)):
            for key, share in shares.items():
                totals[key] += weight * share
        for key, (_topic, share) in topics.items():
            totals[key] += share
        written = [(_EDGES.sub("", word), term_stems(terms_with_order(word))) for word in asked.text.split()]
        least = LEAST_WORDS if asked.topic is None else 1
        found = [
            Guess(key, totals[key], votes.get(key, 0), self._shared(key, written), topics.get(key, (None, 0.0))[0])
            for key in sorted(totals, key=lambda key: (-totals[key], key))
        ]
        return [guess for guess in found if guess.votes or guess.topic or len(guess.words) >= least]

    def topics_read(self, text: str, *, kind: str) -> list[int]:
        """Return the topics, of a kind of case, that the text suggests, the best first."""
        ranked = self._topics.ranked(term_stems(terms_with_order(text)))
        return [key for key, _score in ranked if kind in self.subjects[key].kinds][:MOST_TOPICS]

    def other_topic(self, text: str, *, kind: str, topic: int | None) -> int | None:
        """Return the topic a text suggests; None where none is certain.

        First what corrections of cases of its own topic taught, then a topic whose words the text shares while it
        shares none with its own.
        """
        learned = self.corrections.topic_for(text, topic=topic)
        if learned in self.subjects and kind in self.subjects[learned].kinds:
            return learned
        scores = dict(self._topics.ranked(term_stems(terms_with_order(text))))
        if topic in scores:
            return None
        telling = (key for key in scores if kind in self.subjects[key].kinds and self.is_telling(key))
        best = next(telling, None)
        return best if best is not None and scores[best] >= LEAST_TOPIC else None

    def serves(self, agency: int, governorate: int | None) -> bool:
        """Tell whether an agency serves a governorate; True for an agency that the model does not know."""
        body = self.bodies.get(agency)
        return body is None or body.serves(governorate)

    def is_telling(self, topic: int) -> bool:
        """Tell whether a topic narrows down the owner: not if it is for all kinds of agency and has no usual one."""
        subject = self.subjects.get(topic)
        return subject is not None and bool(subject.usual or subject.agency_kinds or subject.sectors)

    def _fits(self, key: int, asked: Query) -> bool:
        body = self.bodies.get(key)
        if body is None or not body.serves(asked.governorate):
            return False
        subject = self.subjects.get(asked.topic) if asked.topic is not None else None
        return subject is None or subject.is_for(body)

    def _votes(self, question: Sequence[str]) -> dict[int, int]:
        """Return the number of the most similar closed cases that each agency answered, where enough agree."""
        asked = Counter(key for key, _score in self._closed.ranked(question, most=ASKED))
        return {key: number for key, number in asked.items() if number >= AGREEING}

    def _owners_read(
        self, scores: Mapping[int, float], owners: Mapping[int, int | None]
    ) -> dict[int, tuple[int, float]]:
        """Return the agencies of the topics a text suggests, each with its best topic and that topic's share."""
        found: dict[int, tuple[int, float]] = {}
        read = {topic: score for topic, score in scores.items() if topic in owners}
        for topic, share in _shares(read).items():
            agency = owners[topic]
            if agency is not None and agency in self.bodies:
                found.setdefault(agency, (topic, share))
        return found

    def _shared(self, key: int, written: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
        """Return the words that a text shares with an agency, as they are written, one for each stem."""
        current_model = self._terms[key]
        found: dict[str, str] = {}
        for word, stems in written:
            shared = current_model.intersection(stems)
            if shared and found.keys().isdisjoint(shared):
                found |= dict.fromkeys(shared, word)
        return list(dict.fromkeys(found.values()))[:MOST_SHOWN]


def _shares(scores: Mapping[int, float]) -> dict[int, float]:
    best = max(scores.values(), default=0.0)
    return {key: score / best for key, score in scores.items()} if best else {}


# ---- the model of this process ----


class _Cache:
    """Caches the model of a process for ``FRESH``."""

    def __init__(self) -> None:
        self.model: SuggestionModel | None = None

    def recall(self, *, at: datetime) -> SuggestionModel:
        held = self.model
        if held is None or not held.at <= at < held.at + FRESH:
            held = self.model = read(at=at)
        return held


_cache = _Cache()


def current_model(*, at: datetime) -> SuggestionModel:
    """Return the model, reloaded with six statements once it is older than ``FRESH``."""
    return _cache.recall(at=at)


def newest(*, at: datetime) -> SuggestionModel:
    """Return the model of this very moment's reference data and day; one statement, unless these have changed."""
    if current_model(at=at).edition != _edition(at):
        reader.forget()
        forget()
    return current_model(at=at)


def _edition(at: datetime) -> str:
    change = ReferenceChange.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return f"{WAY} {change} {timezone.localdate(at)}"


def forget() -> None:
    """Drop the cached model; for tests and after loading reference data."""
    _cache.model = None


def read(*, at: datetime, by_rules: bool = True) -> SuggestionModel:
    """Load the model from the database; with ``by_rules`` routing rules define which governorates an agency serves."""
    on, edition = timezone.localdate(at), _edition(at)
    bodies = _bodies(on, areas(on) if by_rules else {})
    return SuggestionModel(bodies, _subjects(), _closed(), at=at, edition=edition, corrections=read_corrections())


def _bodies(on: date, ruled: Mapping[int, frozenset[int]]) -> list[AgencyProfile]:
    rows = (
        Agency.objects.complainable(on=on).order_by("pk").values_list("pk", "kind", "sector", "folded", "governorate")
    )
    return [
        AgencyProfile(key, kind, sector, words, ruled.get(key, frozenset()) | ({own} if own else set()))
        for key, kind, sector, words, own in rows
    ]


def _subjects() -> list[TopicProfile]:
    topics = Topic.objects.filter(is_active=True, parent__isnull=False).select_related("parent").order_by("pk")
    return [
        TopicProfile(
            topic.pk,
            strip_prefixes(" ".join([topic.name_ar, topic.name_en, *([topic.parent.name_ar] if topic.parent else [])])),
            frozenset(topic.kinds),
            frozenset(topic.agency_kinds),
            frozenset(topic.sectors),
            topic.suggested_agency_id,
        )
        for topic in topics
    ]


def _closed() -> list[tuple[int, str]]:
    answered = Case.objects.filter(state=State.CLOSED, agency__isnull=False, outcome__in=ANSWERED)
    rows = answered.order_by("-closed_at", "-pk").values_list("agency", "folded", "area", "place")[:MOST_CLOSED]
    return [(agency, f"{folded} {strip_prefixes(f'{area} {place}')}") for agency, folded, area, place in rows]
