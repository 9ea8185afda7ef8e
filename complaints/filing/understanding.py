"""What the words of a draft were understood as: topics with their agencies, each with its reason, and the place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext

from agencies.models import Agency, AgencySite, City, Governorate, Topic
from agencies.routing import Matter, owners_for
from complaints.case_text.links import OfferedProblem, offered_for
from complaints.filing import drafting
from complaints.models import Draft
from complaints.suggestions.everyday import knows_topics, suggest
from complaints.suggestions.suggestion_model import SHORTEST, current_model, term_stems, terms_with_order
from complaints.visibility.redaction import COVER
from kit.arabic import strip_prefixes
from kit.forms import Card
from kit.forms.text import BIDI_CONTROLS
from kit.sent_numbers import sent_number
from kit.typed_text import runs
from kit.unit import unit_name

#: The answer "nothing fits": the unit decides.
UNIT: Final = "unit"
#: Suggestions offered at once, and words named in a reason.
MOST_FITS, MOST_WORDS = 3, 3
#: One-letter particles that Arabic writes as part of a name: "in" and "to".
PARTICLES: Final = frozenset(map(chr, (0x628, 0x644)))
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True)
class TopicFit:
    """One suggestion: a topic, its agency where a rule or custom names one, and the words that led to it."""

    topic: Topic
    agency: Agency | None
    words: Sequence[str]

    @property
    def code(self) -> str:
        """What the form sends for it."""
        return self.topic.code

    @property
    def card(self) -> Card:
        """The suggestion as an answer of the form: to whom it goes, and why, in the person's own words."""
        to = self.agency.name if self.agency else gettext("The %(unit)s finds the agency") % {"unit": unit_name()}
        if not self.words:
            return Card(self.code, self.topic.name, to)
        listed = gettext(", ").join(f"\u2068{word}\u2069" for word in self.words)
        why = gettext("because you wrote: %(words)s") % {"words": listed}
        return Card(self.code, self.topic.name, f"{to} – {why}")

    @property
    def chosen(self) -> dict[str, Any]:
        """What a draft takes that is about it."""
        return {"agency": self.agency, "agency_unknown": self.agency is None, "topic": self.topic}


@dataclass(frozen=True)
class PlaceFound:
    """A place that the words name."""

    governorate: Governorate
    area: str

    @property
    def name(self) -> str:
        """The place, the governorate first."""
        return gettext(", ").join(filter(None, (self.governorate.name, self.area)))

    @property
    def as_words(self) -> dict[str, Any]:
        """The place as the draft keeps it."""
        return {"governorate": self.governorate, "area": self.area}


@dataclass(frozen=True)
class Understood:
    """The suggestions for a draft, the best first, and the place, if its words name one that it lacks."""

    fits: Sequence[TopicFit] = ()
    place: PlaceFound | None = None

    @property
    def cards(self) -> list[Card]:
        """The answers of the form; the last one is always that nothing fits."""
        words = {"unit": unit_name()}
        nothing = Card(
            UNIT,
            gettext("Nothing fits: send it to the %(unit)s") % words,
            gettext("The %(unit)s reads it, finds the agency and tells you") % words,
        )
        return [*(fit.card for fit in self.fits), nothing]


#: Of a draft without words, or one whose words nobody asked about.
NOTHING_UNDERSTOOD: Final = Understood()


def problems_for(draft: Draft, found: Understood, *, at: datetime) -> list[OfferedProblem]:
    """Return the known problems that fit a draft; what was ``found`` in its words stands in for what it leaves open."""
    place = found.place.as_words if found.place else {}
    return offered_for(draft, at=at, topics=[fit.topic for fit in found.fits], **place)


def understood(draft: Draft, *, searched: str = "", at: datetime) -> Understood:
    """Return what the draft was understood as, or the topics that fit the words ``searched``.

    One statement for the agencies once the reader of this process is compiled. Where no phrases are loaded the names of
    topics and places are compared, with three statements more.
    """
    text = searched or f"{draft.subject}. {draft.details}"
    is_placed = draft.governorate is not None or bool(searched)
    if not knows_topics(at=at):
        place = None if is_placed else _place_in(text)
        return Understood(_fits(_named_topics(text, draft.kind, at=at), draft, text, place, at=at), place)
    found = suggest(text, at=at, kind=draft.kind, governorate=draft.governorate)
    there = None if is_placed or found.place is None else PlaceFound(found.place.governorate, found.place.area)
    fits = _fits([one.topic for one in found.topics], draft, text, there, at=at)
    said = {one.topic.pk: one.words[:MOST_WORDS] for one in found.topics}
    named = {one.topic.pk: one.agency for one in found.topics}
    return Understood(
        [replace(fit, words=said[fit.topic.pk], agency=fit.agency or named[fit.topic.pk]) for fit in fits], there
    )


def fit_for(topic: Topic, draft: Draft, text: str, *, at: datetime) -> TopicFit:
    """Return a topic that was chosen for a draft with the agency that handles it there; one statement or two."""
    (fit,) = _fits([topic], draft, text, None, at=at)
    return fit


def _named_topics(text: str, kind: str, *, at: datetime) -> list[Topic]:
    """Return the topics whose names share words with a text."""
    keys = current_model(at=at).topics_read(text, kind=kind)[:MOST_FITS]
    found = Topic.objects.select_related("parent", "suggested_agency").in_bulk(keys)
    return [found[key] for key in keys if key in found and found[key].is_active]


def _fits(
    topics: Sequence[Topic], draft: Draft, text: str, place: PlaceFound | None, *, at: datetime
) -> list[TopicFit]:
    governorate = draft.governorate or (place.governorate if place else None)
    where = f"{draft.area} {draft.place} {place.area if place else ''}"
    matters = [Matter(topic, governorate, where) for topic in topics]
    owners = owners_for(matters, timezone.localdate(at)) if matters else []
    return [
        TopicFit(topic, _receiver(topic, owner), _shared(topic, text))
        for topic, owner in zip(topics, owners, strict=True)
    ]


def _receiver(topic: Topic, owner: Agency | None) -> Agency | None:
    """Return whom the draft names: never an agency that must not see the topic."""
    agency = owner or topic.suggested_agency
    return agency if agency and agency.is_complainable and not topic.withheld_from_agency else None


def _shared(topic: Topic, text: str) -> list[str]:
    """Return the words of the person that the topic's name has too, as they are written."""
    names = " ".join([topic.name_ar, topic.name_en, topic.parent.name_ar if topic.parent else ""])
    stems = frozenset(term_stems(terms_with_order(names)))
    found = [_EDGES.sub("", word) for word in text.split() if stems.intersection(term_stems(terms_with_order(word)))]
    return list(dict.fromkeys(found))[:MOST_WORDS]


def _place_in(text: str) -> PlaceFound | None:
    """Return the area or the governorate that the words name; the longest name wins."""
    folded = _readings(text)
    cities = City.objects.select_related("governorate")
    named: list[tuple[Governorate, str, str]] = [
        (city.governorate, city.name, name) for city in cities for name in (city.name_ar, city.name_en)
    ]
    governorates = Governorate.objects.all()
    named += [(one, "", name) for one in governorates for name in (one.name_ar, one.name_en)]
    found = [(len(name), governorate, area) for governorate, area, name in named if _is_in(name, folded)]
    if not found:
        return None
    _length, governorate, area = max(found, key=lambda one: one[0])
    return PlaceFound(governorate, area)


def _readings(text: str) -> str:
    """Return the words of a text, folded, as they are and without a particle joined to them, as “in” is."""
    words = [_EDGES.sub("", word) for word in strip_prefixes(text).split()]
    bare = [word[1:] if len(word) > SHORTEST and word[0] in PARTICLES else word for word in words]
    return f" {' '.join(words)} | {' '.join(bare)} "


#: Names of places are folded once in each process.
_folded = lru_cache(maxsize=1000)(strip_prefixes)


def _is_in(name: str, readings: str) -> bool:
    wanted = _folded(name)
    return bool(wanted) and f" {wanted} " in readings


# ---- What an address chooses before anything is written: the agency, the topic, and the agency's own site. ----


#: The parameters of an address that choose something.
AGENCY, TOPIC, SITE = "agency", "topic", "site"


def preselected(parameters: Mapping[str, str], *, kind: str, at: datetime) -> dict[str, Any]:
    """Return what the ``parameters`` of an address choose, as a draft keeps it; no statement where they choose nothing.

    What does not exist, or does not fit the kind or the agency, chooses nothing: a link of last year still leads to the
    form. A site chooses its agency.
    """
    site = active_site(parameters.get(SITE, ""))
    code = parameters.get(AGENCY) or (site.agency.code if site else "")
    agency = Agency.objects.complainable(on=timezone.localdate(at)).filter(code=code).first() if code else None
    topic = _topic(parameters.get(TOPIC, ""), kind)
    if topic is not None and agency is not None and not drafting.offers(agency, topic, kind=kind):
        topic = None
    found = {"agency": agency, "topic": topic, "site": site}
    return {name: row for name, row in found.items() if row is not None}


def active_site(typed: str) -> AgencySite | None:
    """Return the registered site of that number, None where there is none."""
    key = sent_number(typed)
    if key is None:
        return None
    return AgencySite.objects.select_related("agency").filter(pk=key, is_active=True).first()


def _topic(code: str, kind: str) -> Topic | None:
    topics = Topic.objects.filter(is_active=True, parent__isnull=False, kinds__contains=[kind])
    return topics.select_related("parent").filter(code=code).first() if code else None


def preselect(draft: Draft, parameters: Mapping[str, str], *, at: datetime) -> Draft:
    """Let the address choose for a draft that is not stored yet, and return it; one that is stored has chosen."""
    if not draft.is_begun:
        for name, row in preselected(parameters, kind=draft.kind, at=at).items():
            setattr(draft, name, row)
    return draft


def draft_query(draft: Draft) -> str:
    """Return the part of an address that names a draft, with what was chosen for one that is not stored yet."""
    named = {"draft": str(draft.pk)}
    if draft.is_begun:
        return urlencode(named)
    agency, topic = draft.agency, draft.topic
    chosen = {AGENCY: agency and agency.code, TOPIC: topic and topic.code, SITE: draft.site_id}
    return urlencode(named | {name: value for name, value in chosen.items() if value})


# ---- The subject that is made of the first words of a text, without the numbers of people that stand in them. ----


#: The longest subject made from the first words, in characters.
MOST: Final = 80
_SENTENCE_END: Final = re.compile(r"(?<=[.!?\u061f])\s")
#: A national number of whoever was born in the years 1900 to 2099, and a mobile number of Jordan.
_OF_A_PERSON: Final = re.compile(r"9[0-9]{9}|20[0-9]{8}|(?:\+?962|00962|0)0?7[789][0-9]{7}")


def first_words(text: str) -> str:
    """Return the first line or sentence of a text as a subject, cut between two words where it is long.

    National and mobile numbers are covered before it is cut: lists, messages and exports show subjects to many who
    never open the case, and the text itself keeps them.
    """
    line = next(filter(None, map(str.strip, text.splitlines())), "")
    line = "".join(letter for letter in " ".join(line.split()) if letter not in BIDI_CONTROLS)
    plain = "".join(COVER if _OF_A_PERSON.fullmatch(run.number) else run.text for run in runs(line))
    first = _SENTENCE_END.split(plain, maxsplit=1)[0].rstrip(".")
    if len(first) <= MOST:
        return first
    cut = first[:MOST]
    return f"{cut.rpartition(' ')[0] or cut}…"
