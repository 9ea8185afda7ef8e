"""The questions of a topic as fields of a form: labels, hints and errors in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from agencies.models import QuestionKind, TopicQuestion
from complaints.actions.topic_answers import AnswerTexts, answered_day
from complaints.models import TopicAnswer
from complaints.models.texts import LINE_LENGTH
from kit.forms import CHOOSE, DayField, Form, LineField


class TopicQuestionsForm(Form):
    """A form that also asks the questions of a topic, which ``ask`` adds.

    A page may have been opened before the topic changed: an answer it did not ask for stays as it was.
    """

    def ask(
        self,
        questions: Sequence[TopicQuestion],
        given: AnswerTexts,
        *,
        before: Mapping[int, TopicAnswer] | None = None,
        is_partial: bool = False,
    ) -> None:
        """Ask ``questions``, filled with the answers ``given``; an answer given ``before`` stays on offer."""
        self.questions, self._stored = questions, given
        for question in questions:
            name, stored = _name(question), given.get(question.code, "")
            field = _field(question, (before or {}).get(question.pk))
            self.fields[name] = field
            self.initial[name] = answered_day(stored) if question.kind == QuestionKind.DATE else stored
            is_kept = bool(stored) and self.is_bound and self._is_omitted(name)
            field.required = question.is_required and not is_partial and not is_kept

    def _is_omitted(self, name: str) -> bool:
        widget: forms.Widget = self.fields[name].widget
        return bool(widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name)))

    @property
    def asked(self) -> list[BoundField]:
        """Return the questions of the topic as fields."""
        return [self[_name(question)] for question in self.questions]

    @property
    def given_answers(self) -> dict[str, str]:
        """Return the answers by the code of their question; what is not in order stays as it was."""
        answers = {question.code: self._answer(question) for question in self.questions}
        return {code: text for code, text in answers.items() if text}

    def _answer(self, question: TopicQuestion) -> str:
        name = _name(question)
        if name not in self.cleaned_data or self._is_omitted(name):
            return self._stored.get(question.code, "")
        value = self.cleaned_data[name]
        return value.isoformat() if isinstance(value, date) else value or ""

    @property
    def other_values(self) -> dict[str, object]:
        """Return what was typed and is in order, without the questions of the topic."""
        names = {_name(question) for question in self.questions}
        return {name: value for name, value in self.cleaned_data.items() if name not in names}


def _name(question: TopicQuestion) -> str:
    return f"answer-{question.code}"


def _field(question: TopicQuestion, before: TopicAnswer | None) -> forms.Field:
    label, hint = question.name, _hint(question)
    if question.kind == QuestionKind.CHOICE:
        return forms.ChoiceField(label=label, help_text=hint, choices=_choices(question, before))
    missing = {"required": gettext("Answer this too: %(question)s") % {"question": label}}
    if question.kind == QuestionKind.DATE:
        return DayField(label=label, help_text=hint, error_messages=missing)
    return LineField(max=LINE_LENGTH, label=label, help_text=hint, error_messages=missing)


def _hint(question: TopicQuestion) -> str:
    withheld = gettext("If you hide your identity, the agency does not see this answer.")
    return ". ".join(filter(None, (question.hint, withheld if question.is_personal else "")))


def _choices(question: TopicQuestion, before: TopicAnswer | None) -> list[tuple[str, object]]:
    options = question.options
    if before is not None:
        options.setdefault(before.answer_en, before.answer_label)
    return [("", CHOOSE), *options.items()]
