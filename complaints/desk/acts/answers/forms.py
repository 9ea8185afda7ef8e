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
    Fault.SHORT: _("This is too short. Say in full sentences what it was about, where and when"),
    Fault.REPEATED: _("This repeats the same letters or words. Write what the citizen needs to know"),
    Fault.COPIED: _("This is the citizen's own text. Write what you found or did"),
    Fault.FORMULA: _("This is a standard phrase that says nothing about this case. Write who did what, and when"),
    Fault.SAME_TWICE: _("This repeats the text above. Write what was done about what you found"),
}


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
    Kind.PRAISE: AnswerWords(
        _("What does the praise say?"),
        _("Say which service or action it praises."),
        _("Write what the praise says"),
        _("Who did you thank, and how?"),
        _("If the praise names an employee, the supervisor gets an e-mail."),
        _("Write who you thanked, and how"),
    ),
}


class CloseForm(Form):
    """The answer: how it ended, what was found and what was done.

    ``copies`` are the unlinked cases with the same words, once the form is complete; sending them takes a tick more.
    ``typed`` is what stands in the boxes of a page that is only being filled.
    """

    outcome = ChoiceCardsField(label=_("Outcome"))
    found = ParagraphField(max=TEXT_LENGTH, rows=5)
    done = ParagraphField(max=TEXT_LENGTH, rows=5)
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
        self.offer("outcome", [Card(outcome, Outcome(outcome).label) for outcome in OUTCOMES[case.kind]])
        words = ANSWER_WORDS[case.kind]
        self.fields["found"].label, self.fields["found"].help_text = words.found, words.found_hint
        self.fields["found"].error_messages["required"] = words.found_missing
        self.fields["done"].label, self.fields["done"].help_text = words.done, words.done_hint
        self.fields["done"].error_messages["required"] = words.done_missing

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
