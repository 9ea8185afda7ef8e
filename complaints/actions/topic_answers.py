"""The answers to the questions of a topic: as texts of a draft, and as rows of the case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from django.db.models import QuerySet

from agencies.models import QuestionKind, Topic, TopicQuestion
from complaints.models import Case, TopicAnswer
from complaints.permissions.case_parts import has_part
from kit.compiled_reads import CompiledRead

#: Answers by the code of their question: the text typed, the day as 2026-01-31, or the English label of a choice.
type AnswerTexts = Mapping[str, str]


def questions_for(topic: Topic | None, *, kind: str) -> list[TopicQuestion]:
    """Return the questions of ``topic`` for a kind of case."""
    if topic is None:
        return []
    if topic.parent_id is None:
        return _QUESTIONS_OF_TOPIC.rows(kind, topic=topic.pk)
    return _QUESTIONS_OF_TOPIC.rows(kind, topic=topic.pk, group=topic.parent_id)


def _questions_of_topic(kind: str, *, topic: int, group: int | None = None) -> QuerySet[TopicQuestion]:
    return TopicQuestion.objects.asked(topic=Topic(pk=topic, parent_id=group), kind=kind)


_QUESTIONS_OF_TOPIC: Final = CompiledRead(_questions_of_topic, is_prepared=True)


def given_answers(questions: Iterable[TopicQuestion], texts: AnswerTexts) -> list[TopicAnswer]:
    """Return the answers as unsaved rows with the current wording, without texts that do not fit their question."""
    answers = (_given(question, texts.get(question.code, "")) for question in questions)
    return [answer for answer in answers if answer]


def _given(question: TopicQuestion, text: str) -> TopicAnswer | None:
    if not text or not _fits(question, text):
        return None
    return TopicAnswer(
        question=question,
        position=question.position,
        kind=question.kind,
        asked_ar=question.name_ar,
        asked_en=question.name_en,
        answer_ar=_in_arabic(question, text),
        answer_en=text,
        is_personal=question.is_personal,
    )


def _fits(question: TopicQuestion, text: str) -> bool:
    if question.kind == QuestionKind.DATE:
        return answered_day(text) is not None
    return question.kind == QuestionKind.LINE or text in question.options_en


def _in_arabic(question: TopicQuestion, text: str) -> str:
    if question.kind != QuestionKind.CHOICE:
        return text
    return question.options_ar[question.options_en.index(text)]


def answered_day(text: str) -> date | None:
    """Return the day of an answer; None if it is no day, because the kind of the question has changed since."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def are_complete(questions: Iterable[TopicQuestion], answers: Iterable[TopicAnswer]) -> bool:
    """Tell whether all required questions are answered."""
    answered = {answer.question_id for answer in answers}
    return all(question.pk in answered for question in questions if question.is_required)


def corrected(
    questions: Iterable[TopicQuestion], texts: AnswerTexts, before: Sequence[TopicAnswer]
) -> list[TopicAnswer]:
    """Return the answers of a case after a correction, as unsaved rows.

    An answer that stays keeps its wording; so does one to a question that is not asked any more.
    """
    asked = {question.pk: question for question in questions}
    kept = [
        answer
        for answer in before
        if answer.question_id not in asked or texts.get(asked[answer.question_id].code) == answer.answer_en
    ]
    settled = {answer.question_id for answer in kept}
    new = given_answers((question for question in asked.values() if question.pk not in settled), texts)
    return [*(_copy(answer) for answer in kept), *new]


def _copy(answer: TopicAnswer) -> TopicAnswer:
    names = ("position", "kind", "asked_ar", "asked_en", "answer_ar", "answer_en", "is_personal")
    return TopicAnswer(question_id=answer.question_id, **{name: getattr(answer, name) for name in names})


def keep(answers: Iterable[TopicAnswer], case: Case) -> None:
    """Store unsaved answers with ``case``."""
    rows = list(answers)
    for row in rows:
        row.case = case
    TopicAnswer.objects.bulk_create(rows)


def wordings(answers: Iterable[TopicAnswer]) -> list[str]:
    """Return the wordings of answers in their order, for the fingerprint of what a person wrote."""
    ordered = sorted(answers, key=lambda answer: (answer.position, answer.question_id))
    return [text for answer in ordered for text in answer.wording]


def answers_to_show(case: Case, *, knows_person: bool) -> list[TopicAnswer]:
    """Return the answers a reader may see: without those that identify the person, unless ``knows_person``."""
    if not has_part(case, "topic_answers"):
        return []
    rows = _SHOWN.rows(None, {"case": case}, key=case.pk)
    return [row for row in rows if knows_person or not row.tells_person]


_SHOWN: Final = CompiledRead(
    lambda _shape, *, key: TopicAnswer.objects.filter(case=key).select_related("question"), is_prepared=True
)
