"""What a scorer reads: the words of the case and of the answer without the person, the agency and its officers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from accounts.models import Membership
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.visibility.redaction import COVER, Person
from complaints.visibility.texts import ReadText, Span, read_text
from complaints.visibility.vocabulary import PARTICLES, WITH_ARTICLE, without_article
from reports.models import AuditItem

#: A word of a name this short hides too much where it stands alone.
_SHORTEST_ALONE: Final = 3
_NAMES: Final = ("name_ar", "name_en", "short_name_ar", "short_name_en", "code")
#: An answer names its agency also by these: whose they are does not matter to a scorer.
_ADDRESS: Final = re.compile(
    r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}|(?:https?://|www\.)\S+|(?<![\w.])(?:[\w-]+\.)+(?:gov|com|org|net|edu|jo)(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_TELEPHONE: Final = re.compile(r"(?<!\d)(?:(?:\+|00)962[ -]?|0)[2-9](?:[ -]?\d){7,8}(?!\d)")
_LIST: Final = re.compile(r"[^\w\s]+")


@dataclass(frozen=True)
class BlindText:
    """The texts of one audited answer as a scorer reads them."""

    subject: str
    details: str
    found: str
    done: str


@dataclass(frozen=True)
class AgencyNames:
    """The names of agencies, of their directorates and of their people, which tell whose answer it is."""

    names: tuple[str, ...]
    people: tuple[str, ...]
    numbers: tuple[str, ...] = ()

    @classmethod
    def of(cls, agencies: Collection[Agency]) -> Self:
        """Return the names of ``agencies``, of their directorates and of everybody who ever had a role there."""
        own = [getattr(agency, name) for agency in agencies for name in _NAMES]
        aliases = [alias for agency in agencies for alias in _LIST.split(agency.aliases_ar)]
        places = Directorate.objects.filter(agency__in=agencies).values_list("name_ar", "name_en")
        staff = Membership.objects.filter(agency__in=agencies).values_list("user__name_ar", "user__name_en").distinct()
        numbers = OutsideCentre.objects.filter(agency__in=agencies).exclude(phone="").values_list("phone", flat=True)
        return cls(
            (*own, *_telling(aliases, own), *(name for pair in places for name in pair)),
            tuple(sorted({name for pair in staff for name in pair if name})),
            tuple(numbers),
        )

    def redact(self, text: str) -> str:
        """Return ``text`` without these names."""
        read = read_text(text)
        spans = [*self._spans(read), *self._ways_to_reach(read)]
        covered = read.without(spans, COVER) if spans else text
        for person in self._persons:
            covered = person.redact(covered)
        return covered

    def _spans(self, read: ReadText) -> Iterator[Span]:
        for name in self._phrases:
            for place in range(len(read.words) - len(name) + 1):
                words = read.words[place : place + len(name)]
                if all(wanted in _forms(word.text) for wanted, word in zip(name, words, strict=True)):
                    yield Span(words[0].start, words[-1].end)

    def _ways_to_reach(self, read: ReadText) -> Iterator[Span]:
        """Yield every e-mail and web address, every telephone number, and the short numbers of the centres."""
        for pattern in (_ADDRESS, _TELEPHONE, *self._short_numbers):
            yield from (Span(*found.span()) for found in pattern.finditer(read.plain))

    @cached_property
    def _short_numbers(self) -> Sequence[re.Pattern[str]]:
        return [re.compile(rf"(?<!\d){re.escape(number)}(?!\d)") for number in self.numbers]

    @cached_property
    def _phrases(self) -> Sequence[tuple[str, ...]]:
        names = {_words(name) for name in self.names}
        return sorted((name for name in names if len("".join(name)) >= _SHORTEST_ALONE), key=len, reverse=True)

    @cached_property
    def _persons(self) -> Sequence[Person]:
        return [Person(tuple(name.split())) for name in self.people]


def _telling(aliases: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the other names that share a word with the names, or are in Latin letters.

    The others are everyday words by which cases find the agency: a text without them could not be read.
    """
    own = {word for name in names for word in _words(name)}
    return [alias for alias in aliases if alias.strip().isascii() or not own.isdisjoint(_words(alias))]


def _words(name: str) -> tuple[str, ...]:
    return tuple(without_article(word.text) for word in read_text(name).words)


def _forms(word: str) -> set[str]:
    """Return ``word`` with and without its article and the particle that is written as one with it."""
    forms = {word, without_article(word)}
    if word[:1] in PARTICLES and len(word) > _SHORTEST_ALONE:
        forms |= {word[1:], without_article(word[1:])}
    forms |= {word.removeprefix(beginning) for beginning in WITH_ARTICLE}
    return forms


def blind(item: AuditItem) -> BlindText | None:
    """Return the texts of an audited answer with the person, the agency and its people covered; None once deleted.

    Of the agency that answered, and of the one that does its work today; four statements.
    """
    answer = item.answer
    if answer is None:
        return None
    person = Person.of(answer.case.citizen)
    names = AgencyNames.of({answer.agency, item.sample.agency})
    texts = (answer.case.subject, answer.case.details, answer.found, answer.done)
    return BlindText(*(names.redact(person.redact(text)) for text in texts))
