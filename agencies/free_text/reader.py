"""The reader of everyday words: compiled from reference data, and kept by each process until those change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache

from django.db.models import Max
from django.utils import timezone

from agencies.free_text.lexicon import Lexicon, Match, Phrase, PhraseIndex, bare_forms, sentences
from agencies.free_text.places import PlaceFound, PlaceIndex, PlaceName, names
from agencies.models import (
    Agency,
    City,
    DangerSign,
    Governorate,
    ReferenceChange,
    RoutingRule,
    Topic,
    TopicPhrases,
    WordGroup,
)
from agencies.routing import areas

# ---- Tells whether a text speaks of danger to life or limb, by which words. Pure: no database. ----
#
# All words of a phrase must stand close together. What only sounds dangerous is taken out first, and a phrase that is
# denied («ما في حريق», "no gas leak") does not count.


#: How many other words may stand between the words of a phrase.
DANGER_BETWEEN = 3
#: A denial stands at most so many words before what it denies.
DENIED_WITHIN = 2
_DENIALS = "ما مافي مافيه لا لم لن مش مو ليس ليست بدون دون مفيش ماكو no not without never isnt dont"
DENIALS = frozenset(_DENIALS.split())


@dataclass(frozen=True)
class SignPhrase:
    """A phrase of a danger sign: the key of the sign (None if it only sounds dangerous) and the terms of its words."""

    sign: int | None
    words: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class DangerFound:
    """The danger sign that a text contains, and the words that say so, folded."""

    sign: int
    words: tuple[str, ...]


class DangerIndex:
    """The phrases of all danger signs, by the terms of their first words."""

    def __init__(self, phrases: Iterable[SignPhrase]) -> None:
        self._alarms: dict[str, list[SignPhrase]] = {}
        self._harmless: dict[str, list[SignPhrase]] = {}
        for phrase in phrases:
            listed = self._harmless if phrase.sign is None else self._alarms
            for term in phrase.words[0] if phrase.words else ():
                listed.setdefault(term, []).append(phrase)

    def find(self, lexicon: Lexicon, read: Sequence[Sequence[str]]) -> DangerFound | None:
        """Return the first danger that the sentences of a text speak of, None if there is none."""
        return next((found for words in read if (found := self._in(lexicon, words))), None)

    def _in(self, lexicon: Lexicon, words: Sequence[str]) -> DangerFound | None:
        terms = [lexicon.read_whole(word) for word in words]
        taken = {place for places, _sign in _phrases_in_sentence(self._harmless, terms) for place in places}
        left = [frozenset() if place in taken else each for place, each in enumerate(terms)]
        for places, sign in _phrases_in_sentence(self._alarms, left):
            if sign is not None and not _is_denied(words, min(places)):
                return DangerFound(sign, tuple(words[place] for place in sorted(places)))
        return None


def _phrases_in_sentence(
    listed: dict[str, list[SignPhrase]], terms: Sequence[frozenset[str]]
) -> Iterator[tuple[tuple[int, ...], int | None]]:
    """Yield the places of the words of each phrase that stands in a sentence, with its sign."""
    said = frozenset[str]().union(*terms)
    for start, own in enumerate(terms):
        for term in own:
            for phrase in listed.get(term, ()):
                # Of most phrases only the first word stands in the sentence.
                if any(map(said.isdisjoint, phrase.words)):
                    continue
                if places := _places(phrase, terms, start):
                    yield places, phrase.sign


def _places(phrase: SignPhrase, terms: Sequence[frozenset[str]], start: int) -> tuple[int, ...]:
    """Return where the words of a phrase stand near ``start``, in any order; empty if one is missing."""
    reach = len(phrase.words) - 1 + DANGER_BETWEEN
    near = [start, *range(start + 1, start + reach + 1), *range(start - 1, start - reach - 1, -1)]
    near = [place for place in near if 0 <= place < len(terms)]
    found: list[int] = []
    for wanted in phrase.words:
        place = next((each for each in near if each not in found and terms[each] & wanted), None)
        if place is None:
            return ()
        found.append(place)
    return tuple(found) if max(found) - min(found) <= reach else ()


def _is_denied(words: Sequence[str], first: int) -> bool:
    before = words[max(0, first - DENIED_WITHIN) : first]
    return any(DENIALS & {*bare_forms(word)} for word in before)


#: A process asks whether reference data changed at most this often, and compiles anew at the latest after ``FRESH``:
#: a planned change takes effect on its day without a new row.
CHECKED, FRESH = timedelta(seconds=10), timedelta(minutes=15)
#: What separates the names in one field of an agency.
BETWEEN = "؛"
#: The longest text that is read, in characters: a subject with its details; and how much of it tells what it is about.
LONGEST, TELLING = 3200, 1200
#: A page reads the text of its case each time that it is opened.
REMEMBERED = 128


@dataclass(frozen=True)
class Reader:
    """Everything known of how people write, and the rows that it stands for, by key."""

    lexicon: Lexicon
    topic_phrases: PhraseIndex[int]
    agency_names: PhraseIndex[int]
    agency_services: PhraseIndex[int]
    place_names: PlaceIndex
    dangers: DangerIndex
    topics: Mapping[int, Topic] = field(default_factory=dict)
    agencies: Mapping[int, Agency] = field(default_factory=dict)
    governorates: Mapping[int, Governorate] = field(default_factory=dict)
    cities: Mapping[int, City] = field(default_factory=dict)
    signs: Mapping[int, DangerSign] = field(default_factory=dict)
    rules: Sequence[RoutingRule] = ()
    areas: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def find_topics(self, text: str) -> list[Match[int]]:
        """Return the topics that a text speaks of, the best first; the texts read last are remembered."""
        return list(self._topic_finder(text[:TELLING]))

    @cached_property
    def _topic_finder(self) -> Callable[[str], Sequence[Match[int]]]:
        return lru_cache(maxsize=REMEMBERED)(lambda text: self.topic_phrases.matches(self.lexicon, _read(text)))

    def find_agencies(self, text: str, *, service_weight: float) -> list[Match[int]]:
        """Return the agencies that a text names, or whose services it describes, which weigh less; the best first."""
        called, served = self._agency_finder(text[:TELLING])
        found = {match.key: replace(match, score=match.score * service_weight) for match in served}
        for match in called:
            if match.key not in found or match.score > found[match.key].score:
                found[match.key] = match
        return sorted(found.values(), key=lambda match: -match.score)

    @cached_property
    def _agency_finder(self) -> Callable[[str], tuple[Sequence[Match[int]], Sequence[Match[int]]]]:
        def found(text: str) -> tuple[Sequence[Match[int]], Sequence[Match[int]]]:
            read = _read(text)
            return self.agency_names.matches(self.lexicon, read), self.agency_services.matches(self.lexicon, read)

        return lru_cache(maxsize=REMEMBERED)(found)

    def find_place(self, text: str, *, governorate: int | None = None) -> PlaceFound | None:
        """Return the place that a text names."""
        return self.place_names.find(_read(text), governorate=governorate)

    def find_danger(self, text: str) -> DangerFound | None:
        """Return the danger to life or limb that a text tells of; each page of a filing asks for the same text."""
        return self._danger_finder(text[:LONGEST])

    @cached_property
    def _danger_finder(self) -> Callable[[str], DangerFound | None]:
        return lru_cache(maxsize=REMEMBERED)(lambda text: self.dangers.find(self.lexicon, _read(text)))

    def serves(self, agency: int, governorate: int | None) -> bool:
        """Tell whether an agency serves a governorate, as far as that is known."""
        area = self.areas.get(agency, frozenset())
        own = self.agencies[agency].governorate_id if agency in self.agencies else None
        area = area | {own} if own else area
        return not area or governorate is None or governorate in area


@lru_cache(maxsize=16)
def _read(text: str) -> Sequence[Sequence[str]]:
    return sentences(text[:LONGEST])


# ---- the reader of this process ----


class ReaderCache:
    """Keeps the reader of a process; a ``pinned`` one is never replaced."""

    def __init__(self, pinned: Reader | None = None) -> None:
        self._pinned = pinned
        self._reader: Reader | None = None
        self._version = -1
        self._made_at = self._checked_at = datetime.min.replace(tzinfo=UTC)

    def forget(self) -> None:
        """Drop what is kept."""
        self._pinned = self._reader = None

    def recall(self, *, at: datetime, of_any_day: bool = False) -> Reader:
        """Return the reader, compiled anew where reference data changed, or for its day unless any day's will do."""
        if self._pinned is not None:
            return self._pinned
        if self._reader is not None and self._checked_at <= at < self._checked_at + CHECKED:
            return self._reader
        version = ReferenceChange.objects.aggregate(newest=Max("pk"))["newest"] or 0
        is_of_the_day = of_any_day or self._made_at <= at < self._made_at + FRESH
        if self._reader is None or version != self._version or not is_of_the_day:
            self._reader, self._version, self._made_at = compiled(at=at), version, at
        self._checked_at = at
        return self._reader


_cache = ReaderCache()


def current_reader(*, at: datetime) -> Reader:
    """Return the reader of this process; one statement at most every ``CHECKED``, and none in between."""
    return _cache.recall(at=at)


def danger_reader(*, at: datetime) -> Reader:
    """Return a reader for dangers, whose signs and words do not depend on the day; else as ``current_reader``."""
    return _cache.recall(at=at, of_any_day=True)


def forget() -> None:
    """Drop the kept reader, and a pinned one; for tests that load reference data."""
    _cache.forget()


def compiled(*, at: datetime) -> Reader:
    """Compile a reader from the reference data of a day; nine statements, and a third of a second for the country."""
    on = timezone.localdate(at)
    groups = WordGroup.objects.filter(is_active=True).order_by("pk").values_list("pk", "phrases")
    lexicon = Lexicon.of((f"#{key}", listed) for key, listed in groups)
    topics = {row.pk: row for row in Topic.objects.filter(is_active=True).select_related("parent", "suggested_agency")}
    agencies = {row.pk: row for row in Agency.objects.complainable(on=on).order_by("pk")}
    governorates = {row.pk: row for row in Governorate.objects.all()}
    cities = {row.pk: row for row in City.objects.select_related("governorate")}
    signs = {row.pk: row for row in DangerSign.objects.filter(is_active=True).order_by("is_harmless", "pk")}
    topic_phrases = PhraseIndex(_phrases_of_topics(lexicon, topics))
    dangers = DangerIndex(_phrases_of_signs(lexicon, signs))
    places = _reader_places(lexicon, governorates, cities)
    agency_names = PhraseIndex([phrase for row in agencies.values() for phrase in _names(lexicon, row)])
    agency_services = PhraseIndex([phrase for row in agencies.values() for phrase in _services(lexicon, row)])
    return Reader(
        lexicon,
        topic_phrases,
        agency_names,
        agency_services,
        places,
        dangers,
        topics,
        agencies,
        governorates,
        cities,
        signs,
        _rules(on),
        areas(on),
    )


def nothing_known() -> Reader:
    """Return a reader that knows no word; no statement."""
    lexicon = Lexicon.of([])
    nothing: PhraseIndex[int] = PhraseIndex([])
    return Reader(lexicon, nothing, nothing, nothing, PlaceIndex([], frozenset()), DangerIndex([]))


def _reader_places(lexicon: Lexicon, governorates: Mapping[int, Governorate], cities: Mapping[int, City]) -> PlaceIndex:
    """Return the places, whose names the lexicon learns; what it knew before them are ordinary words."""
    ordinary = frozenset(lexicon.by_word)
    listed = _place_names(governorates, cities)
    for name in listed:
        lexicon.learn(name.name)
    return PlaceIndex(listed, ordinary)


def _phrases_of_topics(lexicon: Lexicon, topics: Mapping[int, Topic]) -> list[Phrase[int]]:
    rows = TopicPhrases.objects.filter(is_active=True, topic__in=topics).order_by("pk").values_list("topic", "phrases")
    said = [(key, phrase) for key, listed in rows for phrase in listed]
    called = [(key, name) for key, row in topics.items() if row.parent_id for name in (row.name_ar, row.name_en)]
    return [Phrase(key, lexicon.learn(phrase)) for key, phrase in [*said, *called]]


def _phrases_of_signs(lexicon: Lexicon, signs: Mapping[int, DangerSign]) -> list[SignPhrase]:
    return [
        SignPhrase(None if row.is_harmless else key, lexicon.learn_whole(phrase))
        for key, row in signs.items()
        for phrase in row.phrases
    ]


def _names(lexicon: Lexicon, row: Agency) -> list[Phrase[int]]:
    called = (row.name_ar, row.name_en, row.short_name_ar, row.short_name_en, *row.aliases_ar.split(BETWEEN))
    return [Phrase(row.pk, lexicon.learn(name)) for name in called if name.strip()]


def _services(lexicon: Lexicon, row: Agency) -> list[Phrase[int]]:
    return [Phrase(row.pk, lexicon.learn(service)) for service in row.services_ar.split(BETWEEN) if service.strip()]


def _place_names(governorates: Mapping[int, Governorate], cities: Mapping[int, City]) -> list[PlaceName]:
    of_governorates = (name for row in governorates.values() for text in _named(row) for name in names(text, row.pk))
    of_cities = (
        name
        for row in cities.values()
        for text in (row.name_ar, row.name_en)
        for name in names(text, row.governorate_id, row.pk)
    )
    return [*of_governorates, *of_cities]


def _named(row: Governorate) -> tuple[str, ...]:
    return row.name_ar, row.name_en.split(" (", maxsplit=1)[0], row.aliases


def _rules(on: date) -> list[RoutingRule]:
    """Return the rules of a day with their agencies, which exist on that day."""
    rules = RoutingRule.objects.filter(agency__in=Agency.objects.existing(on=on)).select_related("agency")
    return [rule for rule in rules if rule.holds(on)]
