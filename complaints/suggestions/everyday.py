"""What a person means who writes in everyday words: ranked topics with their agencies, a place, and danger.

``suggest`` is the one door. Nothing is applied: people decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext, ngettext

from agencies.free_text.lexicon import Match, as_written
from agencies.free_text.reader import Reader, current_reader
from agencies.models import Agency, City, Governorate, Topic
from agencies.routing import Matter, owner_by
from complaints.visibility.redaction import CaseVisibility
from kit.unit import unit_name

#: How many topics and agencies are suggested.
MOST = 3
#: A topic or an agency is suggested from this score on, and from this share of the best one's: see docs/routing.md.
LEAST, LEAST_SHARE = 1.5, 0.3
#: The score from which it is suggested where no word is spelt as known, but sounds so or has one wrong letter.
LEAST_UNSURE = 2.6
#: An agency counts as named from this score on.
LEAST_NAMED = 2.6
#: The same for the box of agencies, where a part of a name is typed.
LEAST_IN_BOX, LEAST_SHARE_IN_BOX = 1.0, 0.12
#: The weight of an agency's services relative to its names.
SERVICE_WEIGHT = 0.7
#: Maximum number of words named in a reason.
MOST_WORDS = 4


@dataclass(frozen=True)
class TopicSuggestion:
    """A topic that a text speaks of, the agency competent for it if that is known, and the words that led there."""

    topic: Topic
    agency: Agency | None
    words: Sequence[str]

    @property
    def reason(self) -> str:
        """Return the words in a sentence for the person who wrote them."""
        return words_sentence(self.words)


@dataclass(frozen=True)
class AgencySuggestion:
    """An agency that a text names or describes, with the words that led there."""

    agency: Agency
    words: Sequence[str]

    @property
    def reason(self) -> str:
        """Return the words in a sentence for the person who wrote them."""
        return words_sentence(self.words)


@dataclass(frozen=True)
class PlaceSuggestion:
    """A place that a text names: its governorate, and the town or area if that is named too."""

    governorate: Governorate
    city: City | None
    words: Sequence[str]

    @property
    def area(self) -> str:
        """Return the town or area in the language of the reader."""
        return self.city.name if self.city else ""


@dataclass(frozen=True)
class Danger:
    """The danger to life or limb that a text tells of, in the language of the reader, and the words that say so."""

    name: str
    words: Sequence[str]


@dataclass(frozen=True)
class Suggestions:
    """All that is suggested for a text; ``nothing_fits`` is always one of the results that are offered."""

    topics: Sequence[TopicSuggestion] = ()
    agencies: Sequence[AgencySuggestion] = ()
    place: PlaceSuggestion | None = None
    danger: Danger | None = None

    def __bool__(self) -> bool:
        return bool(self.topics or self.agencies)

    @property
    def nothing_fits(self) -> str:
        """Return the label of the result that sends the case to the unit without a topic or an agency."""
        return gettext("Nothing fits: send it to the %(unit)s") % {"unit": unit_name()}


def suggest(text: str, *, at: datetime, kind: str = "", governorate: Governorate | None = None) -> Suggestions:
    """Return what is suggested for a free text in any dialect, spelling or script, the best first.

    ``kind`` keeps the topics of one kind of case; ``governorate`` is where it is, if that is known better than from
    the text. No statement of SQL while the reader is kept.
    """
    reader = current_reader(at=at)
    place = _place(reader, text, governorate)
    where = governorate or (place.governorate if place else None)
    named = _agencies(reader, text, where)
    return Suggestions(
        list(_topics(reader, text, kind=kind, place=place, where=where, named=named)),
        named[:MOST],
        place,
        danger_in(text, at=at),
    )


def danger_in(text: str, *, at: datetime) -> Danger | None:
    """Return the danger to life or limb that a text tells of, None if there is none."""
    reader = current_reader(at=at)
    found = reader.find_danger(text)
    return Danger(reader.signs[found.sign].name, as_written(text, found.words)) if found else None


def knows_topics(*, at: datetime) -> bool:
    """Tell whether any topic is known: not before reference data are loaded."""
    return bool(current_reader(at=at).topics)


def topic_scores(text: str, *, kind: str, at: datetime) -> dict[int, float] | None:
    """Return how well a text fits each topic of a kind, by key, the best first; None where no topic is known."""
    if not knows_topics(at=at):
        return None
    reader = current_reader(at=at)
    return {one.key: one.score for one in reader.find_topics(text) if kind in reader.topics[one.key].kinds}


def agencies_for(text: str, *, at: datetime) -> list[AgencySuggestion]:
    """Return the agencies that a text names or describes, or that handle what it speaks of: for the box of agencies.

    A topic that several agencies handle, each in its place, brings all of them.
    """
    reader = current_reader(at=at)
    place = _place(reader, text, None)
    where = place.governorate if place else None
    matches = _telling(reader.find_topics(text))[:MOST]
    named = _agencies(reader, text, where, least=LEAST_IN_BOX, share=LEAST_SHARE_IN_BOX)
    competent = [
        AgencySuggestion(agency, as_written(text, match.words))
        for match in matches
        for agency in _handling(reader, reader.topics[match.key], where, place)
    ]
    found: dict[int, AgencySuggestion] = {}
    for one in [*named[:MOST], *competent, *named[MOST:]]:
        found.setdefault(one.agency.pk, one)
    return list(found.values())


def words_sentence(words: Sequence[str]) -> str:
    """Return the words that led to a suggestion, in a sentence; each is isolated from the text around it."""
    said = ngettext("Because you wrote the word %(words)s", "Because you wrote the words %(words)s", len(words))
    return said % {"words": words_listed(words)}


def words_listed(words: Sequence[str]) -> str:
    """Return the first of some words in a list, each isolated from the text around it."""
    return gettext(", ").join(f"\u2068{word}\u2069" for word in words[:MOST_WORDS])


# ---- topics ----


def _topics(
    reader: Reader,
    text: str,
    *,
    kind: str,
    place: PlaceSuggestion | None,
    where: Governorate | None,
    named: Sequence[AgencySuggestion],
) -> Iterator[TopicSuggestion]:
    matches = _telling(reader.find_topics(text))
    offered = [match for match in matches if not kind or kind in reader.topics[match.key].kinds]
    for match in offered[:MOST]:
        topic = reader.topics[match.key]
        owner = _owner(reader, topic, where, place, named)
        yield TopicSuggestion(topic, owner, as_written(text, match.words))


def _telling(matches: Sequence[Match[int]], *, least: float = LEAST, share: float = LEAST_SHARE) -> list[Match[int]]:
    """Return the matches that say enough, by themselves and beside the best one."""
    best = max((match.score for match in matches), default=0.0)
    return [match for match in matches if match.score >= max(least if match.is_sure else LEAST_UNSURE, share * best)]


def _owner(
    reader: Reader,
    topic: Topic,
    where: Governorate | None,
    place: PlaceSuggestion | None,
    named: Sequence[AgencySuggestion],
) -> Agency | None:
    """Return the agency of a topic: by rule, else the one the text names, else the usual one of the place."""
    if topic.withheld_from_agency:
        return None
    spot = place.city.name_ar if place and place.city else ""
    if ruled := owner_by(reader.rules, Matter(topic, where, spot)):
        return ruled
    if said := next((one.agency for one in named if topic.suits(one.agency)), None):
        return said
    usual = topic.suggested_agency
    return usual if usual and reader.serves(usual.pk, where.pk if where else None) else None


def _handling(
    reader: Reader, topic: Topic, where: Governorate | None, place: PlaceSuggestion | None
) -> Iterator[Agency]:
    """Yield the agency of a topic in a place; where the place is not known, those of all places."""
    if where is not None:
        if owner := _owner(reader, topic, where, place, ()):
            yield owner
        return
    if topic.suggested_agency:
        yield topic.suggested_agency
    for rule in reader.rules:
        if rule.topic_id in {topic.pk, topic.parent_id}:
            yield rule.agency


# ---- agencies and places ----


def _agencies(
    reader: Reader, text: str, where: Governorate | None, *, least: float = LEAST_NAMED, share: float = LEAST_SHARE
) -> list[AgencySuggestion]:
    found = reader.find_agencies(text, service_weight=SERVICE_WEIGHT)
    fitting = [match for match in found if reader.serves(match.key, where.pk if where else None)]
    told = _telling(fitting, least=least, share=share)
    return [AgencySuggestion(reader.agencies[match.key], as_written(text, match.words)) for match in told]


def _place(reader: Reader, text: str, governorate: Governorate | None) -> PlaceSuggestion | None:
    found = reader.find_place(text, governorate=governorate.pk if governorate else None)
    if found is None:
        return None
    city = reader.cities[found.city] if found.city else None
    return PlaceSuggestion(reader.governorates[found.governorate], city, as_written(text, found.words))


# ---- Holds the text of a case against its topic: what it reads like instead, only where that is clear. ----


#: Another topic is named from this score on, if the own one has less than this share of it: see docs/routing.md.
LEAST_SCORE_OF_ANOTHER: Final = 8.0
MOST_SHARE: Final = 0.4


@dataclass(frozen=True)
class TopicHint:
    """The topic that a text reads like, and the words that say so."""

    topic: Topic
    words: Sequence[str]

    @property
    def listed(self) -> str:
        """Return the words in a list, each isolated from the text around it."""
        return words_listed(self.words)


def topic_hint(visibility: CaseVisibility, *, at: datetime) -> TopicHint | None:
    """Return what the text of a case reads like to its reader, if that is clear and not its topic.

    The words are taken from the text as the reader sees it, redacted where its person is hidden. Nothing is recorded.
    """
    case = visibility.case
    text = visibility.redact(f"{case.subject}. {case.details}")
    return hint_for(text, kind=case.kind, topic=case.topic_id, at=at)


def hint_for(text: str, *, kind: str, topic: int | None, at: datetime) -> TopicHint | None:
    """Return the topic that a text clearly reads like instead of ``topic``, the key of its own."""
    reader = current_reader(at=at)
    matches = {match.key: match for match in reader.find_topics(text) if kind in reader.topics[match.key].kinds}
    best = max(matches.values(), key=lambda match: match.score, default=None)
    if best is None or best.key == topic or best.score < LEAST_SCORE_OF_ANOTHER:
        return None
    own = matches[topic].score if topic in matches else 0.0
    return TopicHint(reader.topics[best.key], as_written(text, best.words)) if own < MOST_SHARE * best.score else None
