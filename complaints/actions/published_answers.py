"""Answers in public: made, changed and withdrawn by the unit, and found by topic and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import F, QuerySet, Value

from accounts.models import Citizen, User
from agencies import reference_changes
from agencies.models import ChangeKind, Topic
from agencies.reference_changes import Author
from complaints.actions.precedents import LEAST_FIT, Fit
from complaints.models import Case, PublishedAnswer
from complaints.visibility.redaction import Person
from complaints.workflow import Kind, State
from kit.arabic import strip_prefixes

#: Maximum number of answers offered while an inquiry is written; more would not be read.
MOST_OFFERED: Final = 5
#: How well an answer has to cover the words of a search, and its question those of a text, from 0 to 1.
LEAST_FOUND: Final = 0.55
#: Who the citizen is is not known: only what a text says of itself is found.
_UNKNOWN: Final = Person(names=())


class NoSuchPublishedAnswer(LookupError):
    """The answer does not exist, or is withdrawn already."""


class PublishedAnswerOvertaken(Exception):
    """Somebody else has changed the answer since its page was opened; carries it as it stands now."""

    def __init__(self, answer: PublishedAnswer) -> None:
        super().__init__(str(answer.pk))
        self.answer = answer


@dataclass(frozen=True)
class PublishedText:
    """What the unit publishes: a question and its answer in both languages, the topic, and the day to look again."""

    topic: Topic
    question_ar: str
    question_en: str
    answer_ar: str
    answer_en: str
    review_on: date


def publish(text: PublishedText, *, by: User, at: datetime) -> PublishedAnswer:
    """Put a new answer in public, and record who did."""
    with transaction.atomic():
        made = PublishedAnswer.objects.create(**_values(text), made_by=by, made_at=at, changed_by=by, changed_at=at)
        reference_changes.note(made, _recorded(text), kind=ChangeKind.ADDED, author=Author(by.pk, at))
    return made


def change(key: int, text: PublishedText, *, seen: str, by: User, at: datetime) -> None:
    """Change an answer in public, and record who did with the new words; locks it.

    ``seen`` is the ``version`` of what the person has read. Raises ``NoSuchPublishedAnswer`` and
    ``PublishedAnswerOvertaken``.
    """
    with transaction.atomic():
        rows = PublishedAnswer.objects.select_for_update(of=("self",)).select_related("topic", "changed_by")
        held = rows.filter(pk=key, withdrawn_at=None).first()
        if held is None:
            raise NoSuchPublishedAnswer
        if version(held) != seen:
            raise PublishedAnswerOvertaken(held)
        values = _values(text) | {"changed_by": by, "changed_at": at}
        for name, value in values.items():
            setattr(held, name, value)
        held.save(update_fields=sorted(values))
        reference_changes.note(held, _recorded(text), kind=ChangeKind.CHANGED, author=Author(by.pk, at))


def version(answer: PublishedAnswer) -> str:
    """Return what changes with every change of an answer."""
    return answer.changed_at.isoformat()


def withdraw(key: int, *, by: User, at: datetime) -> None:
    """Take an answer out of the public, and record who did; raises ``NoSuchPublishedAnswer``."""
    with transaction.atomic():
        if not PublishedAnswer.objects.filter(pk=key, withdrawn_at=None).update(withdrawn_at=at):
            raise NoSuchPublishedAnswer
        gone = PublishedAnswer.objects.get(pk=key)
        reference_changes.note(gone, {"withdrawn_at": at}, kind=ChangeKind.ENDED, author=Author(by.pk, at))


def _values(text: PublishedText) -> dict[str, object]:
    return {name: getattr(text, name) for name in PublishedText.__dataclass_fields__}


def _recorded(text: PublishedText) -> dict[str, object]:
    return _values(text) | {"topic": text.topic.pk, "review_on": text.review_on.isoformat()}


# ---- the source ----


def answered_inquiry(cases: QuerySet[Case], reference: str) -> Case | None:
    """Return the inquiry of ``cases`` with that number, if it was answered and still has its words."""
    closed = cases.filter(kind=Kind.INQUIRY, state=State.CLOSED, erased_at=None, answers__event__isnull=False)
    return closed.select_related("citizen", "topic").filter(reference=reference).distinct().first()


def personal_passages(text: str, citizen: Citizen | None = None) -> list[str]:
    """Return the passages of ``text`` that tell who ``citizen`` is, or that name somebody by what they say of it."""
    person = Person.of(citizen) if citizen else _UNKNOWN
    return list(dict.fromkeys(person.passages(text)))


# ---- finding ----


def found_answers(words: str, *, topic: Topic | None = None) -> QuerySet[PublishedAnswer]:
    """Return the answers in public that cover ``words``, the best first; all of ``topic`` without words."""
    answers = PublishedAnswer.objects.in_public().select_related("topic")
    if topic is not None:
        answers = answers.filter(topic=topic)
    asked = strip_prefixes(words).strip()
    if not asked:
        return answers.order_by("topic__position", "topic", "-changed_at", "-pk")
    covered = answers.annotate(fit=Fit(Value(asked), F("folded"))).filter(fit__gte=LEAST_FOUND)
    return covered.order_by("-fit", "-changed_at", "-pk")


def offered_answers(text: str, *, topic: Topic | None) -> list[PublishedAnswer]:
    """Return the answers to offer to somebody who asks ``text`` about ``topic``; one statement.

    First those whose question the text covers, then others of the topic.
    """
    answers = PublishedAnswer.objects.in_public().select_related("topic")
    asked = strip_prefixes(text).strip()
    fitting = answers.annotate(fit=Fit(F("folded_question"), Value(asked)))
    if topic is None:
        return list(fitting.filter(fit__gte=LEAST_FIT).order_by("-fit", "-pk")[:MOST_OFFERED]) if asked else []
    return list(fitting.filter(topic=topic).order_by(F("fit").desc(nulls_last=True), "-pk")[:MOST_OFFERED])
