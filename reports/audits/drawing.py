"""Draws a round: the answers of each agency in a period, those sent although challenged first, then random ones."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import ceil
from secrets import SystemRandom
from typing import Final, Self

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Membership, User
from agencies import successions
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.models import Answer
from complaints.models.texts import AnswerState
from complaints.visibility.redaction import COVER, Person
from complaints.visibility.texts import PARTICLES, WITH_ARTICLE, ReadText, Span, read_text, without_article
from kit.safe_cells import FileCell, without_formula
from kit.streams import stream
from reports.models import AuditItem, AuditRound, AuditSample
from reports.periods import ReportPeriod

#: The share of a sample that challenged answers may take while others wait: without any other answer nothing would be
#: known of those that nobody challenged.
_CHALLENGED_SHARE: Final = 0.75
_RANDOM: Final = SystemRandom()


class RoundsOverlap(ValueError):
    """Some days of the period belong to a round that was drawn already."""


class NothingToDraw(ValueError):
    """No agency gave an answer in the period."""


@dataclass(frozen=True)
class GivenAnswer:
    """An answer that may be drawn, and the agency that does the work of its author today."""

    key: int
    agency: int
    is_challenged: bool


def draw(period: ReportPeriod, *, size: int, second_percent: int, by: User | None, at: datetime) -> AuditRound:
    """Draw a sample of each agency's answers in ``period``, which must be over, and return the round.

    Answers that repeat that of a lead case, and those taken back, are not drawn; a sample larger than the agency's
    answers takes all. Raises RoundsOverlap and NothingToDraw; four statements for any number of agencies.
    """
    by_agency = _by_agency(_given(period, at=at))
    if not by_agency:
        raise NothingToDraw
    chosen = {agency: choose(answers, size) for agency, answers in by_agency.items()}
    try:
        with transaction.atomic():
            return _store(period, chosen, by_agency, size=size, second_percent=second_percent, by=by, at=at)
    except IntegrityError as error:
        if "audit_rounds_do_not_overlap" in str(error):
            raise RoundsOverlap from None
        raise


def choose(answers: Sequence[GivenAnswer], size: int) -> list[GivenAnswer]:
    """Return ``size`` of the answers, or all of fewer: challenged ones first, up to three quarters, then others."""
    challenged = _shuffled(answer for answer in answers if answer.is_challenged)
    others = _shuffled(answer for answer in answers if not answer.is_challenged)
    room = max(ceil(size * _CHALLENGED_SHARE), size - len(others))
    first = challenged[:room]
    return first + others[: size - len(first)]


def _shuffled[T](rows: Iterable[T]) -> list[T]:
    found = list(rows)
    _RANDOM.shuffle(found)
    return found


def _given(period: ReportPeriod, *, at: datetime) -> list[GivenAnswer]:
    continued = successions.continuity(on=timezone.localdate(at))
    rows = Answer.objects.filter(
        state=AnswerState.GIVEN, lead_answer=None, given_at__gte=period.starts_at, given_at__lt=period.ends_at
    ).values_list("pk", "agency", "case__topic", "case__governorate", "challenge")
    found = ((key, continued.agency(*place), bool(challenge)) for key, *place, challenge in rows.order_by("pk"))
    return [GivenAnswer(key, agency, challenged) for key, agency, challenged in found if agency is not None]


def _by_agency(answers: Iterable[GivenAnswer]) -> dict[int, list[GivenAnswer]]:
    found: defaultdict[int, list[GivenAnswer]] = defaultdict(list)
    for answer in answers:
        found[answer.agency].append(answer)
    return dict(found)


def _store(
    period: ReportPeriod,
    chosen: Mapping[int, Sequence[GivenAnswer]],
    by_agency: Mapping[int, Sequence[GivenAnswer]],
    *,
    size: int,
    second_percent: int,
    by: User | None,
    at: datetime,
) -> AuditRound:
    made = AuditRound.objects.create(
        first=period.first, last=period.last, size=size, second_percent=second_percent, drawn_by=by, drawn_at=at
    )
    samples = _samples(made, by_agency)
    # Shuffled over all agencies, so that neither the order nor the key of an answer tells whose it is.
    drawn = _shuffled(answer for answers in chosen.values() for answer in answers)
    twice = {answer.key for answer in _shuffled(drawn)[: ceil(len(drawn) * second_percent / 100)]}
    AuditItem.objects.bulk_create(
        AuditItem(
            sample=samples[answer.agency],
            answer_id=answer.key,
            is_challenged=answer.is_challenged,
            needs_second=answer.key in twice,
        )
        for answer in drawn
    )
    return made


def _samples(made: AuditRound, by_agency: Mapping[int, Sequence[GivenAnswer]]) -> dict[int, AuditSample]:
    """Store how many answers each agency gave, and return the rows by the key of their agency."""
    samples = AuditSample.objects.bulk_create(
        AuditSample(
            round=made,
            agency_id=agency,
            population=len(answers),
            challenged=sum(answer.is_challenged for answer in answers),
        )
        for agency, answers in sorted(by_agency.items())
    )
    return {sample.agency_id: sample for sample in samples}


# ---- What a scorer reads: the words of the case and of the answer without the person, the agency and its
# officers.


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


# ---- The verdicts of the audit as a test set of the judgement of answers: ``manage.py measure_answers --file
# …``.


#: The columns of ``complaints/data/answers_sample.csv``, and the words of the case, which is none of the examples.
COLUMNS: Final = (
    "id",
    "case_id",
    "lang",
    "label",
    "kind_of_hollowness",
    "found",
    "done",
    "subject",
    "body",
    "category_code",
)


def test_set_lines() -> Iterator[str]:
    """Yield all verdicts as lines of CSV, oldest first: without person, agency and officer, and without the number.

    ``kind_of_hollowness`` is the fault for which a hollow answer had been challenged, empty where it had not been.
    """
    yield _line(COLUMNS)
    decided = AuditItem.objects.exclude(verdict="").filter(answer__isnull=False)
    related = ("answer__case__citizen", "answer__case__topic", "answer__agency", "sample__agency")
    for item in stream(decided.select_related(*related).order_by("pk"), portion=200):
        yield _line(without_formula(cell) for cell in _cells(item))


def _cells(item: AuditItem) -> list[str]:
    answer, texts = item.answer, blind(item)
    assert answer is not None  # noqa: S101 - the query asks for it
    assert texts is not None  # noqa: S101
    case = answer.case
    kind = answer.challenge if item.verdict == "hollow" else ""
    words = [texts.found, texts.done, texts.subject, texts.details]
    code = case.topic.code if case.topic else ""
    return [f"AU{item.pk}", "", case.language, item.verdict, kind, *words, code]


def _line(cells: Iterable[FileCell]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()
