"""Redacts what tells who filed a case from its texts: name, numbers, addresses, relatives, nickname.

The rules are in ``names``, ``name_parts``, ``announced`` and ``numbers``; ``measure_hidden_identity`` measures them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Final, Self, cast

from accounts.models import Citizen, Mandate, User
from accounts.roles import CMU, DESK
from agencies.models import Topic
from complaints.models import Case, CaseQuerySet, ListedCase
from complaints.visibility.announced import handles, kunyas, nicknames, relatives
from complaints.visibility.name_parts import NameParts
from complaints.visibility.names import NameFinder
from complaints.visibility.numbers import Segment, address_segments, address_spans, email_spans, number_spans
from complaints.visibility.texts import ReadText, Span, read_text, without
from complaints.workflow import Kind
from kit.shares import Share

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


# ---- The one place that decides who may learn who filed a case; everybody else reads its texts redacted. ----


def knows_person(case: Case | ListedCase, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may learn who filed ``case``: the CMU may, and its agency unless the person hid it.

    Staff who may only still open a case that has left their desk, and partner agencies, read its texts without it.
    """
    authority = user.authority(at)
    return authority.has(CMU) or (not case.hides_identity and case.agency_id in authority.agencies(DESK))


def found_by_person(cases: CaseQuerySet, user: User, *, at: datetime) -> CaseQuerySet:
    """Return those of ``cases``, all at the desk of ``user``, that are found by the name or a number of their person.

    They are the cases of which ``knows_person`` holds.
    """
    return cases if user.authority(at).has(CMU) else cases.filter(hides_identity=False)


def must_hide(topic: Topic | None, *, kind: str) -> bool:
    """Tell whether a case of ``topic`` and ``kind`` hides its person from the agency whatever they wish.

    Thanks put nobody at risk: a topic that only hides the person leaves praise to their choice.
    """
    if topic is None:
        return False
    return topic.withheld_from_agency or (topic.hides_identity and kind != Kind.PRAISE)


def may_hear(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may play the voice notes of ``case``: a voice tells who it is, as a name does."""
    return knows_person(case, user, at=at)


@dataclass(frozen=True)
class CaseVisibility:
    """The texts of one case for one reader: unchanged, or with the person who filed it redacted.

    A page about a case has it in its context as ``case_visibility``; the tag ``user_text`` redacts through it.
    """

    case: Case
    knows_person: bool

    def redact(self, text: str) -> str:
        """Return ``text`` for this reader; texts by staff too, because answers address the person by name."""
        if self.knows_person:
            return text
        for person in (self._person, *self._representatives):
            text = person.redact_again(text)
        return text

    def whereabouts(self) -> list[str]:
        """Return the area and the place of the case, each left out, not redacted, if it tells who the person is."""
        parts = {self.case.area.strip(): self.redact, self.case.place.strip(): self.redact_place}
        return [part for part, redact in parts.items() if part and redact(part) == part]

    def redact_place(self, text: str) -> str:
        """Return ``text``, which says where something is, for this reader: the own address tells who it is."""
        return text if self.knows_person else self._person.redact_place(text)

    @cached_property
    def _person(self) -> Person:
        return Person.of(self.case.citizen)

    @cached_property
    def _representatives(self) -> list[Person]:
        """Return who ever spoke for the citizen: they sign too. A statement where somebody did, and none in lists."""
        listed = cast("Case | ListedCase", self.case)
        if isinstance(listed, ListedCase):
            return [Person.of(person) for person in listed.representatives]
        if self.case.entered_by_id is None and not self.case.is_spoken_for:
            return []
        given = Mandate.objects.ever_given().filter(person=self.case.citizen_id).select_related("representative")
        people = {mandate.representative for mandate in given if mandate.representative}
        return [Person.of(person) for person in people]


@dataclass(frozen=True)
class StaffVisibility:
    """One member of staff at one moment, as the reader of lists of cases by different citizens.

    A page for staff has it in its context as ``staff_visibility``; the tag ``subject`` uses it.
    """

    user: User
    at: datetime

    def of(self, case: Case | ListedCase) -> CaseVisibility:
        """Return the visibility of ``case`` for this person; costs no statement if its citizen is loaded."""
        # What a list shows has all that is asked of it here.
        return CaseVisibility(cast("Case", case), knows_person(case, self.user, at=self.at))

    def subject(self, case: Case | ListedCase) -> str:
        """Return the subject of ``case`` for this person."""
        return self.of(case).redact(case.subject)


# ---- Measures the redaction on texts of which it is known what must be hidden and what must be kept. ----


SAMPLE: Final = Path(__file__).parents[1] / "data" / "hidden_identity_sample.csv"
#: Shares of the texts in which everything must be hidden, or kept.
LEAST_HIDDEN, LEAST_KEPT = 0.95, 0.97
_HOME, _TRUNK = "+962", "0"


@dataclass(frozen=True)
class SampleText:
    """One text of a sample: what of it must be hidden and kept, and ``way``, how the person is named."""

    code: str
    way: str
    text: str
    person: Person
    hidden: Sequence[str]
    kept: Sequence[str]

    @property
    def is_for_looking(self) -> bool:
        """Tell whether the text is of the half that was read when the rules were written."""
        return hashlib.sha256(self.code.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class TextVerdict:
    """What became of a text: None where nothing must be hidden, or kept."""

    sample: SampleText
    is_hidden: bool | None
    is_kept: bool | None


def read_samples(path: Path) -> list[SampleText]:
    """Return the texts of a file with the columns of ``hidden_identity_sample.csv``."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [
            SampleText(
                row["id"],
                row["way"],
                row["text"],
                sample_person(json.loads(row["identity"])),
                json.loads(row["must_hide"]),
                json.loads(row["must_keep"]),
            )
            for row in csv.DictReader(rows)
        ]


def sample_person(identity: dict[str, str]) -> Person:
    """Return the person of the column ``identity``, whose telephone is written as at home."""
    phone = identity.get("phone") or ""
    names = tuple(identity.get(name) or "" for name in ("first", "second", "third", "family"))
    return Person(
        names,
        phone=_HOME + phone.removeprefix(_TRUNK) if phone.startswith(_TRUNK) else phone,
        email=identity.get("email") or "",
        address=identity.get("address") or "",
        number=identity.get("number") or identity.get("national_number") or "",
    )


def judge(sample: SampleText) -> TextVerdict:
    """Redact a text and return whether all that must be hidden is, and all that must be kept is still there."""
    shown = sample.person.redact(sample.text)
    is_hidden = all(part not in shown for part in sample.hidden) if sample.hidden else None
    is_kept = all(part in shown for part in sample.kept) if sample.kept else None
    return TextVerdict(sample, is_hidden, is_kept)


def hidden_share(verdicts: Iterable[TextVerdict]) -> Share:
    """Return in how many of the texts with something to hide all of it is hidden."""
    return _share(verdicts, lambda verdict: verdict.is_hidden)


def kept_share(verdicts: Iterable[TextVerdict]) -> Share:
    """Return in how many of the texts with something to keep all of it is kept."""
    return _share(verdicts, lambda verdict: verdict.is_kept)


def _share(verdicts: Iterable[TextVerdict], of: Callable[[TextVerdict], bool | None]) -> Share:
    judged = [answer for verdict in verdicts if (answer := of(verdict)) is not None]
    return Share(sum(judged), len(judged))


def is_reached(verdicts: Sequence[TextVerdict]) -> bool:
    """Tell whether enough of the texts are hidden and kept."""
    return hidden_share(verdicts).reaches(LEAST_HIDDEN) and kept_share(verdicts).reaches(LEAST_KEPT)
