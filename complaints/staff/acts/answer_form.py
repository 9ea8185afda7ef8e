"""The form of an answer: the outcome, the two texts, and the confirmation of an answer given before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints.actions.answer_copies import Copies, matching_answers
from complaints.actions.answers import judged_answer
from complaints.answer_quality.judgement import Judgement, Result
from complaints.case_text.answer_faults import fault_text
from complaints.models import Case
from complaints.models.texts import REASON_LENGTH, TEXT_LENGTH
from complaints.staff import standard_texts
from complaints.workflow import OUTCOMES, Kind, Outcome
from kit.forms import Card, ChoiceCardsField, Form, ParagraphField

#: What an answer says: fields of the form, columns of the row and arguments of ``actions.close``.
ANSWER_FIELDS: Final = ("outcome", "found", "done", "sent_because")
#: The fewest letters of a reason to send a challenged answer as it is.
LEAST_REASON = 10


@dataclass(frozen=True)
class AnswerWords:
    """How the two texts of an answer are asked for, which differs with the kind of case."""

    found: StrPromise
    found_hint: StrPromise
    found_missing: StrPromise
    done: StrPromise
    done_hint: StrPromise
    done_missing: StrPromise


ANSWER_WORDS: dict[str, AnswerWords] = {
    Kind.COMPLAINT: AnswerWords(
        _("What did you find?"),
        _("Say what you checked, when, and what the problem was."),
        _("Write what you found"),
        _("What did you do?"),
        _("Say who did what and when. If nothing could be done, say why, and what the citizen can do now."),
        _("Write what you did"),
    ),
    Kind.SUGGESTION: AnswerWords(
        _("What did you consider?"),
        _("Say who considered the suggestion, and the arguments for and against it."),
        _("Write what you considered"),
        _("What will change, or why not?"),
        _("If the suggestion is adopted, say what changes and when. If not, say why."),
        _("Write what will change, or why not"),
    ),
    Kind.INQUIRY: AnswerWords(
        _("What did you find?"),
        _("Say which rule or record you checked."),
        _("Write what you found"),
        _("What is your answer?"),
        _("Give the answer, and say what the citizen should do next: where to go, and with which documents."),
        _("Write the answer"),
    ),
}


def _outcomes(case: Case) -> list[Outcome]:
    """Return how the case may end; that a question was not answered only where one was asked."""
    was_asked = case.questions.exists()
    return [outcome for outcome in OUTCOMES[case.kind] if was_asked or outcome != Outcome.NO_REPLY]


class CloseForm(Form):
    """The answer: how it ended, what was found and what was done.

    ``copies`` are the unlinked cases with the same words, once the form is complete; sending them takes a tick more.
    ``judgement`` is what was found of the words; a challenged answer is complete only with a reason to send it so.
    ``typed`` is what stands in the boxes of a page that is only being filled.
    """

    outcome = ChoiceCardsField(label=_("Outcome"))
    found = ParagraphField(max=TEXT_LENGTH, rows=5)
    done = ParagraphField(max=TEXT_LENGTH, rows=5)
    sent_because = ParagraphField(
        max=REASON_LENGTH,
        rows=2,
        required=False,
        label=_("Or send it as it is, because"),
        help_text=_("The reason is recorded in the history, and the CMU audits the closing."),
    )
    same_answer = forms.BooleanField(
        required=False, label=_("These cases are not linked, but the same answer is right for each of them")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        case: Case,
        user: User,
        at: datetime,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=typed)
        self.case, self.user, self.at = case, user, at
        self.copies = Copies()
        self.judgement: Judgement | None = None
        #: A standard text was to be put in, and none was chosen.
        self.lacks_standard_text = False
        self.offer("outcome", [Card(outcome, Outcome(outcome).label) for outcome in _outcomes(case)])
        words = ANSWER_WORDS[case.kind]
        self.fields["found"].label, self.fields["found"].help_text = words.found, words.found_hint
        self.fields["found"].error_messages["required"] = words.found_missing
        self.fields["done"].label, self.fields["done"].help_text = words.done, words.done_hint
        self.fields["done"].error_messages["required"] = words.done_missing

    @property
    def answer(self) -> dict[str, Any]:
        """What a valid form says, as ``actions.close`` takes it."""
        return {name: self.cleaned_data[name] for name in ANSWER_FIELDS}

    def clean(self) -> dict[str, Any]:
        """Refuse an answer without substance or with words left open, saying beside each field what is missing."""
        cleaned = super().clean() or {}
        for name in ("found", "done"):
            for word in standard_texts.placeholders_left(cleaned.get(name, "")):
                self.add_error(name, ValidationError(_still_open(word), code="open"))
        if "found" in self.cleaned_data and "done" in self.cleaned_data:
            self._clean_substance(cleaned)
        if not self.errors:
            self._clean_copies(cleaned)
        return cleaned

    def _clean_substance(self, cleaned: Mapping[str, Any]) -> None:
        judgement = judged_answer(self.case, found=cleaned["found"], done=cleaned["done"])
        self.judgement = judgement
        if judgement.fault is None or (self.is_challenged and self._has_reason(cleaned)):
            return
        text = fault_text(judgement.fault, kind=self.case.kind)
        self.add_error(judgement.field, ValidationError(text, code=judgement.fault))

    def _has_reason(self, cleaned: Mapping[str, Any]) -> bool:
        reason = cleaned.get("sent_because", "")
        if reason and sum(map(str.isalpha, reason)) < LEAST_REASON:
            self.add_error("sent_because", ValidationError(gettext("Say why in a sentence"), code="short"))
        return bool(reason)

    @property
    def is_challenged(self) -> bool:
        """Tell whether the answer leaves a question open, and may be sent with a reason all the same."""
        return self.judgement is not None and self.judgement.result == Result.CHALLENGED

    @property
    def open_question(self) -> StrPromise | str:
        """Return the question that a challenged answer leaves open."""
        return fault_text(self.judgement.fault, kind=self.case.kind) if self.judgement and self.judgement.fault else ""

    def _clean_copies(self, cleaned: Mapping[str, Any]) -> None:
        words = {name: cleaned[name] for name in ("found", "done")}
        self.copies = matching_answers(self.case, **words, user=self.user, at=self.at)
        if self.copies and "send" in self.data and not cleaned["same_answer"]:
            text = _("Tick the box if the same answer is right for each case, or change the answer")
            self.add_error("same_answer", ValidationError(text, code="required"))

    @property
    def is_complete(self) -> bool:
        """Tell whether the answer can be shown as it would go, a missing tick aside."""
        return self.is_bound and not set(self.errors) - {"same_answer"}


def _still_open(word: str) -> str:
    meaning = standard_texts.MEANINGS[word]
    return gettext("Replace {%(word)s} with %(meaning)s") % {
        "word": word,
        "meaning": meaning,
    }
