"""The form of an answer: the outcome, the two texts, and the confirmation of an answer given before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints.actions.answer_copies import Copies, matching_answers
from complaints.actions.answer_quality import Fault, find_faults
from complaints.actions.answers import own_words
from complaints.desk.texts import standard_texts
from complaints.models import Case
from complaints.models.texts import TEXT_LENGTH
from complaints.workflow import OUTCOMES, Kind, Outcome
from kit.forms import Card, ChoiceCardsField, Form, ParagraphField

FAULTS: dict[Fault, StrPromise] = {
    Fault.SHORT: _("This says too little. Write in whole sentences what the matter was, where and when"),
    Fault.REPEATED: _("This repeats the same letters or words. Write what the citizen needs to know"),
    Fault.COPIED: _("These are the citizen's own words. Write what you yourselves found or did"),
    Fault.FORMULA: _("This is a formula that says nothing of this case. Write who did what, and when"),
    Fault.SAME_TWICE: _("This says the same as the field above. Write what was done about what you found"),
}


@dataclass(frozen=True)
class AnswerWords:
    """How the two texts of an answer are asked for, which differs with the kind of case."""

    found: StrPromise
    found_hint: StrPromise
    done: StrPromise
    done_hint: StrPromise


ANSWER_WORDS: dict[str, AnswerWords] = {
    Kind.COMPLAINT: AnswerWords(
        _("What did you find?"),
        _("What you looked at, when, and what the matter was."),
        _("What did you do?"),
        _("Who did what and when. If nothing could be done, why, and what the citizen can do now."),
    ),
    Kind.SUGGESTION: AnswerWords(
        _("What did you look at?"),
        _("Who weighed the suggestion, and what speaks for it and against it."),
        _("What becomes of it, or why not?"),
        _("If it is adopted: what changes, and when. If it is not: why."),
    ),
    Kind.INQUIRY: AnswerWords(
        _("What did you find?"),
        _("Which rule or record you looked at."),
        _("What is the answer?"),
        _("The answer itself, and what the citizen does next: where, with which papers."),
    ),
    Kind.PRAISE: AnswerWords(
        _("What did you read in it?"),
        _("Which service or deed the praise is about."),
        _("Whom did you thank, and how?"),
        _("The supervisor of an employee who is named gets an e-mail."),
    ),
}


class CloseForm(Form):
    """The answer: how it ended, what was found and what was done.

    ``copies`` are the unlinked cases with the same words, once the form is complete; sending them takes a tick more.
    ``typed`` is what stands in the boxes of a page that is only being filled.
    """

    outcome = ChoiceCardsField(label=_("Outcome"))
    found = ParagraphField(max=TEXT_LENGTH, rows=5, error_messages={"required": _("Write what you found")})
    done = ParagraphField(max=TEXT_LENGTH, rows=5, error_messages={"required": _("Write what you did")})
    same_answer = forms.BooleanField(
        required=False, label=_("These are unlinked cases, and the same answer is right for each of them")
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
        self.offer("outcome", [Card(outcome, Outcome(outcome).label) for outcome in OUTCOMES[case.kind]])
        words = ANSWER_WORDS[case.kind]
        self.fields["found"].label, self.fields["found"].help_text = words.found, words.found_hint
        self.fields["done"].label, self.fields["done"].help_text = words.done, words.done_hint

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
        own = own_words(self.case)
        for hollow in find_faults(found=cleaned["found"], done=cleaned["done"], own_words=own):
            self.add_error(hollow.field, ValidationError(FAULTS[hollow.fault], code=hollow.fault))

    def _clean_copies(self, cleaned: Mapping[str, Any]) -> None:
        words = {name: cleaned[name] for name in ("found", "done")}
        self.copies = matching_answers(self.case, **words, user=self.user, at=self.at)
        if self.copies and "send" in self.data and not cleaned["same_answer"]:
            text = _("Tick this if the same answer is right for each case, or change the answer")
            self.add_error("same_answer", ValidationError(text, code="required"))

    @property
    def is_complete(self) -> bool:
        """Tell whether the answer can be shown as it would go, a missing tick aside."""
        return self.is_bound and not set(self.errors) - {"same_answer"}


def _still_open(word: str) -> str:
    meaning = standard_texts.MEANINGS[word]
    return gettext("{%(word)s} still stands in the text: write %(meaning)s instead") % {
        "word": word,
        "meaning": meaning,
    }
