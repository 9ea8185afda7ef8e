"""Redacts what tells who filed a case from its texts: name, numbers, addresses, relatives, nickname.

The rules are in ``names``, ``surroundings``, ``letters``, ``kunyas``, ``announced``, ``handles``, ``numbers`` and
``addresses``; ``measure_hidden_identity`` measures them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Final, Self

from accounts.models import Citizen
from complaints.visibility.addresses import Segment, address_segments, address_spans, email_spans
from complaints.visibility.announced import nicknames, relatives
from complaints.visibility.handles import handles
from complaints.visibility.kunyas import kunyas
from complaints.visibility.name_parts import NameParts
from complaints.visibility.names import NameFinder
from complaints.visibility.numbers import number_spans
from complaints.visibility.texts import ReadText, Span, read_text, without

COVER: Final = "•••"
_SECRET: Final = secrets.token_bytes(32)
_MOST_TEXTS: Final = 4096
#: Which places of a text are covered.
_remembered: dict[bytes, Sequence[Span]] = {}


@dataclass(frozen=True)
class Person:
    """What tells who somebody is: ``names`` from the first name to the family's, ``phone`` in international form."""

    names: tuple[str, ...]
    phone: str = ""
    email: str = ""
    address: str = ""
    number: str = ""
    #: The same person as before a number, an address or a name changed: texts of then tell by what was true then.
    earlier: tuple[Person, ...] = ()

    @classmethod
    def of(cls, citizen: Citizen) -> Self:
        """Return the person that ``citizen`` is and was."""
        earlier = tuple(Person(tuple(one.pop("names")), **one) for one in citizen.earlier_data)
        names = (citizen.first_name, citizen.father_name, citizen.grandfather_name, citizen.family_name)
        return cls(names, citizen.phone, citizen.email, citizen.address, citizen.number, earlier)

    def redact(self, text: str) -> str:
        """Return ``text`` without this person; takes about a microsecond a letter, whatever the text."""
        return self._redact(text, is_place=False)

    def redact_again(self, text: str) -> str:
        """Return ``text``, one that pages show again and again, as ``redact`` does; what it covers is remembered.

        What is remembered tells nobody who the person is: a digest with a secret of this process, and places.
        """
        digest = blake2b(text.encode(), key=self._secret, digest_size=16).digest()
        if digest not in _remembered:
            if len(_remembered) >= _MOST_TEXTS:
                _remembered.clear()
            _remembered[digest] = self._covered(text, is_place=False)
        return without(text, _remembered[digest], COVER)

    def redact_place(self, text: str) -> str:
        """Return ``text``, which names a place, without this person: a part of the own address tells more there."""
        return self._redact(text, is_place=True)

    def _redact(self, text: str, *, is_place: bool) -> str:
        return without(text, self._covered(text, is_place=is_place), COVER)

    def _covered(self, text: str, *, is_place: bool) -> Sequence[Span]:
        if not text.strip():
            return ()
        read = read_text(text)
        return tuple(read.covered(self.spans_in(read, is_place=is_place)))

    def passages(self, text: str) -> list[str]:
        """Return the passages of ``text`` that ``redact`` would cover, in their order."""
        read = read_text(text)
        spans = sorted(set(self.spans_in(read, is_place=False)))
        return [text[read.places[span.start] : read.places[span.end]] for span in spans]

    def spans_in(self, read: ReadText, *, is_place: bool) -> list[Span]:
        """Return where this person is told in a text that was read."""
        contacts = [
            *number_spans(read, phone=self.phone, numbers=[self.number]),
            *email_spans(read, self.email),
        ]
        return [
            *contacts,
            *NameFinder(read, self._parts, contacts).spans(),
            *kunyas(read, self._parts),
            *relatives(read, self._parts),
            *nicknames(read, self._parts),
            *handles(read, self._parts),
            *address_spans(read, self._segments, is_place=is_place),
            *(span for one in self.earlier for span in one.spans_in(read, is_place=is_place)),
        ]

    @cached_property
    def _secret(self) -> bytes:
        return blake2b(repr(self).encode(), key=_SECRET).digest()

    @cached_property
    def _parts(self) -> NameParts:
        return NameParts(self.names)

    @cached_property
    def _segments(self) -> list[Segment]:
        return address_segments(self.address)
