"""Precedents: rulings of the unit kept for similar cases, offered with a reason and never applied automatically."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, FloatField, Func, OuterRef, Q, QuerySet, Value

from accounts.models import Citizen, User
from agencies import reference_changes
from agencies.models import Agency, ChangeKind, Governorate, ReferenceChange, Topic
from agencies.reference_changes import Author
from complaints.engine.change import Change
from complaints.models import Case, Precedent, PublishedAnswer
from complaints.visibility.redaction import Person
from complaints.workflow import Kind, State
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead, numbered

#: The similarity from 0 to 1 from which on a precedent is offered for a text.
LEAST_FIT = 0.6
#: Minimum and maximum characters of the words of a precedent.
SHORTEST_WORDS, WORDS_LENGTH = 3, 200
#: How many are offered for one case; more would not help.
MOST = 3


class NoSuchPrecedent(LookupError):
    """The precedent does not exist, or is retired already."""


class Fit(Func):
    """How well the second text covers the words of the first: the mean over the words of their best trigram match.

    Word by word, so that the order of the words and the text between them do not matter.
    """

    template = (
        "(SELECT avg(word_similarity(fit_word, fit_text))"
        " FROM (SELECT %(expressions)s) AS fit(fit_words, fit_text),"
        " unnest(string_to_array(fit_words, ' ')) AS fit_word WHERE fit_word <> '')"
    )
    output_field = FloatField()


def fitting(topic: Topic | None, governorate: Governorate | None, text: str, *, on: date) -> list[Precedent]:
    """Return the precedents for a text of ``topic`` in ``governorate``, the best fit first, each with its ``why``.

    Those of the same topic and of the same governorate or none, whose agency has not ended by ``on``. One statement.
    """
    if topic is None:
        return []
    here = Q(governorate=None) | Q(governorate=governorate) if governorate else Q(governorate=None)
    found = _standing(on).filter(here, topic=topic)
    return list(_best(found, Value(strip_prefixes(text))).select_related("agency")[:MOST])


def precedents_for(cases: Sequence[Case], *, on: date) -> dict[int, list[Precedent]]:
    """Return the precedents that fit each of ``cases``, by the key of the case, in two statements for all."""
    fits = dict(_FITTING.rows(on=on, **numbered("case", [case.pk for case in cases])))
    keys = {key for found in fits.values() for key in found}
    rows = {precedent.pk: precedent for precedent in _PRECEDENTS.rows(**numbered("precedent", keys))}
    return {case: [rows[key] for key in found] for case, found in fits.items()}


def _fitting(_shape: None, *, on: date, **cases: int) -> QuerySet[Case, tuple[int, list[int]]]:
    here = Q(governorate=None) | Q(governorate=OuterRef("governorate"))
    found = _standing(on).filter(here, topic=OuterRef("topic"))
    keys = ArraySubquery(_best(found, OuterRef("folded")).values("pk")[:MOST])
    return Case.objects.filter(pk__in=list(cases.values())).values_list("pk", keys)


_FITTING: Final = CompiledRead(_fitting, is_prepared=True)
_PRECEDENTS: Final = CompiledRead(
    lambda _shape, **keys: Precedent.objects.filter(pk__in=list(keys.values())).select_related("agency"),
    is_prepared=True,
)


def _standing(on: date) -> QuerySet[Precedent]:
    return Precedent.objects.filter(ended_at=None, agency__in=Agency.objects.complainable(on=on))


def _best(found: QuerySet[Precedent], text: Value | OuterRef) -> QuerySet[Precedent]:
    fits = found.annotate(fit=Fit(F("folded"), text)).filter(fit__gte=LEAST_FIT)
    return fits.order_by("-fit", F("governorate").asc(nulls_last=True), "-made_at", "-pk")


@dataclass(frozen=True)
class PrecedentDraft:
    """The words by which a ruling is found for later cases of its topic, in its governorate or ``everywhere``."""

    words: str
    everywhere: bool = False


def keep(change: Change, precedent: PrecedentDraft, *, agency: Agency, why: str, by: User) -> Precedent:
    """Keep the referral of ``change`` to ``agency`` as a precedent, with its reason."""
    case = change.case
    if case.topic is None:
        message = f"case {case.pk} has no topic to keep a ruling for"
        raise ValueError(message)
    return Precedent.objects.create(
        topic=case.topic,
        governorate_id=None if precedent.everywhere else case.governorate_id,
        words=precedent.words,
        agency=agency,
        why=why,
        case=case,
        event_id=change.event_id,
        made_by=by,
        made_at=change.at,
    )


def follow_topic(case: Case, topic: Topic, *, by: User, at: datetime) -> None:
    """Let the precedents in force that were kept from ``case`` be for ``topic``, and record who corrected them."""
    for precedent in Precedent.objects.filter(case=case, ended_at=None).exclude(topic=topic):
        precedent.topic = topic
        precedent.save(update_fields=["topic"])
        reference_changes.note(precedent, {"topic_id": topic.pk}, kind=ChangeKind.CHANGED, author=Author(by.pk, at))


def listed(*, retired: bool = False) -> QuerySet[Precedent]:
    """Return the precedents in force, or the ``retired`` ones, the newest first, with the related rows a list shows."""
    related = ("topic", "governorate", "agency", "made_by", "case")
    return Precedent.objects.filter(ended_at__isnull=not retired).select_related(*related).order_by("-made_at", "-pk")


@dataclass(frozen=True)
class PrecedentText:
    """What the unit writes as a precedent without a case; no governorate means everywhere."""

    topic: Topic
    governorate: Governorate | None
    words: str
    agency: Agency
    why: str


def write(text: PrecedentText, *, by: User, at: datetime, replaces: Precedent | None = None) -> Precedent:
    """Keep a precedent that the unit writes; with ``replaces`` that one is retired, so that its reason stays readable.

    Raises ``NoSuchPrecedent`` if that one is retired already.
    """
    with transaction.atomic():
        if replaces is not None:
            retire(replaces.pk, by=by, at=at)
        made = Precedent.objects.create(**vars(text), made_by=by, made_at=at)
        reference_changes.note(made, {"words": text.words}, kind=ChangeKind.ADDED, author=Author(by.pk, at))
        return made


def retire(key: int, *, by: User, at: datetime) -> None:
    """Retire a precedent, so that it is no longer offered, and record who did; raises ``NoSuchPrecedent``."""
    with transaction.atomic():
        if not Precedent.objects.filter(pk=key, ended_at=None).update(ended_at=at):
            raise NoSuchPrecedent
        retired = Precedent.objects.get(pk=key)
        reference_changes.note(retired, {"ended_at": at}, kind=ChangeKind.ENDED, author=Author(by.pk, at))


def retired_by(precedents: Sequence[Precedent]) -> dict[int, str]:
    """Return by key who retired each of ``precedents``; two statements."""
    keys = [precedent.pk for precedent in precedents if precedent.ended_at]
    ended = ReferenceChange.objects.filter(thing="precedent", row__in=keys, kind=ChangeKind.ENDED)
    authors = {change.row: change.made_by for change in ended}
    people = User.objects.in_bulk([key for key in set(authors.values()) if key])
    return {row: people[key].name for row, key in authors.items() if key in people}


# ---- Answers in public: made, changed and withdrawn by the unit, and found by topic and words. ----


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
