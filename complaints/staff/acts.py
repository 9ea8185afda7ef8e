"""The forms of what a desk does to a case, for its pages and for the case systems of agencies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise

from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate
from complaints.actions.answers import Copies, judged_answer, matching_answers
from complaints.answer_quality.judgement import Judgement, Result
from complaints.case_text.answers import fault_text
from complaints.case_text.deadline import left_for
from complaints.clocks import clockwork, extensions
from complaints.models import Case, Clock, Consultation, RefusalReason
from complaints.models.texts import REASON_LENGTH, TEXT_LENGTH
from complaints.staff import forms as standard_texts
from complaints.staff.forms import (
    MOST_DAYS,
    SHORTEST_TEXT,
    AgencyChoiceForm,
    TextWithFilesForm,
    most_days_text,
    too_late_text,
)
from complaints.workflow import OUTCOMES, Kind, Outcome
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, NumberField, ParagraphField

# ---- The form of an answer: the outcome, the two texts, and the confirmation of an answer given before. ----


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


# ---- The forms of the decisions of an agency on a case, one for each action. ----


#: Working days by which one extension can move a date.
MOST_EXTENSION_DAYS = 30


# ---- competence ----


def offer_directorates(form: Form, directorates: Mapping[str, Directorate]) -> None:
    """Let one of ``directorates`` be chosen; an agency that has none is not asked, one that has one need not choose."""
    if not directorates:
        del form.fields["directorate"]
        return
    names = [(key, directorate.name) for key, directorate in directorates.items()]
    form.offer_choices("directorate", names, empty="" if len(names) == 1 else CHOOSE)


class AcceptForm(Form):
    """The directorate and the time; ``due`` is the promised moment once the form is valid."""

    directorate = forms.ChoiceField(label=_("Directorate"))
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for the answer, in working days"))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        case: Case,
        directorates: Sequence[Directorate],
        calendar: WorkingCalendar,
        at: datetime,
        asked: Consultation | None = None,
        usual: int | None = None,
    ) -> None:
        """Fill in the directorate that was ``asked`` and its time, else the key of the ``usual`` one and the limit."""
        self.latest = clockwork.latest_promise(case, at=at, calendar=calendar)
        self.most = clockwork.promise_days(case, at=at, calendar=calendar)
        days = left_for(asked, at=at, most=self.most, calendar=calendar) or self.most
        only = directorates[0].pk if len(directorates) == 1 else None
        directorate = asked.directorate_id if asked else usual or only
        super().__init__(data, initial={"days": days, "directorate": str(directorate or "")})
        self.case, self.calendar, self.at = case, calendar, at
        self.due: datetime | None = None
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        offer_directorates(self, self.directorates)
        self.fields["days"].help_text = most_days_text(self.latest, self.most)

    def clean_days(self) -> int:
        """Compute the promised moment, and refuse one beyond the topic's limit."""
        days: int = self.cleaned_data["days"]
        self.due = self.calendar.due(self.at, days)
        if timezone.localdate(self.due) > self.latest:
            raise ValidationError(too_late_text(self.latest, self.most), code="too_late")
        return days

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where the agency has none."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))

    @property
    def promised(self) -> date | None:
        """Return the day that the time leads to, as it is filled in or was sent; None while it is wrong."""
        if not self.is_bound:
            return timezone.localdate(self.calendar.due(self.at, self.initial["days"]))
        return timezone.localdate(self.due) if self.is_valid() and self.due else None


class RefuseForm(AgencyChoiceForm):
    """Why the case is not the agency's, and whose it is instead; for declining and returning alike."""

    reason = ChoiceCardsField(cards=[Card(value, label) for value, label in RefusalReason.choices], label=_("Reason"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Explanation for the CMU"),
        help_text=_("The CMU reads it and finds the responsible agency."),
    )
    proposed_agency = forms.ChoiceField(label=_("The agency you propose"))
    names_agency = "proposed_agency"

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        agencies: Sequence[Agency],
        own: Agency | None = None,
        typed: Mapping[str, Any] | None = None,
    ) -> None:
        """``typed`` is what stands in a page that is only being filled."""
        super().__init__(data, agencies=agencies, initial=typed)
        if own is not None and data is not None and data.get("proposed_agency") == own.code:
            own_words = gettext("This is your own agency. Propose the responsible agency instead.")
            self.fields["proposed_agency"].error_messages["invalid_choice"] = own_words


# ---- work ----


class AskForm(Form):
    """One question to the citizen."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Your question to the citizen"),
        help_text=_("Ask for one thing only, and say why you need it."),
    )


class AskWithFilesForm(TextWithFilesForm, AskForm):
    """One question to the citizen, with files that explain it."""


class ExtendForm(Form):
    """A later date and the reason the citizen reads."""

    days = NumberField(
        min=1,
        max=MOST_EXTENSION_DAYS,
        label=_("Extra working days"),
    )
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"), help_text=_("The citizen reads it.")
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, clock: Clock, calendar: WorkingCalendar, at: datetime
    ) -> None:
        super().__init__(data)
        self.case, self.clock, self.calendar, self.at = case, clock, calendar, at
        self.most = extensions.most_days(case, clock, calendar=calendar)
        latest = extensions.latest_day(case, clock, calendar=calendar)
        words = ngettext(
            "Counted from the current promised date: at most %(most)s working day, that is until %(latest)s.",
            "Counted from the current promised date: at most %(most)s working days, that is until %(latest)s.",
            self.most,
        )
        self.fields["days"].help_text = words % {"most": f"{self.most:,}", "latest": day_digits(latest)}

    def clean_days(self) -> int:
        """Refuse a date that is over already, or beyond the last day an extension can reach."""
        days: int = self.cleaned_data["days"]
        try:
            extensions.later(self.case, self.clock, days=days, at=self.at, calendar=self.calendar)
        except extensions.ExtensionPast:
            over = timezone.localdate(self.calendar.due(self.clock.due_at, days))
            words = gettext("That ends on %(day)s, which is in the past. Enter more working days") % {
                "day": day_digits(over)
            }
            raise ValidationError(words, code="past") from None
        except extensions.ExtensionTooLate as too_late_:
            limit = {"latest": day_digits(too_late_.latest), "most": f"{self.most:,}"}
            words = ngettext(
                "The latest possible date is %(latest)s. Enter at most %(most)s working day",
                "The latest possible date is %(latest)s. Enter at most %(most)s working days",
                self.most,
            )
            raise ValidationError(words % limit, code="too_late") from None
        return days


# ---- The confirmation that praise was passed on. ----


class DeliverForm(Form):
    """Where the praised people work, and the confirmation that they have read the thanks."""

    directorate = forms.ChoiceField(
        required=False, label=_("Directorate that the praise is for"), help_text=_("Leave empty for the whole agency.")
    )
    is_passed_on = forms.BooleanField(
        label=_("The praise was passed on to the people it is for"),
        error_messages={"required": _("Pass the praise on first, then tick the box")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, directorates: Sequence[Directorate]) -> None:
        super().__init__(data)
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        if not self.directorates:
            del self.fields["directorate"]
            return
        names = [(key, directorate.name) for key, directorate in self.directorates.items()]
        self.offer_choices("directorate", names, empty=CHOOSE)

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where it is the whole agency."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))


# ---- How long a step can still be undone, in words. ----


def left_words(until: datetime | None, *, at: datetime) -> str:
    """Return how long something can be undone from ``at`` on, in whole minutes begun; empty once it cannot be."""
    if until is None or at >= until:
        return ""
    minutes = -((at - until) // timedelta(minutes=1))
    words = ngettext("less than %(count)s minute left", "less than %(count)s minutes left", minutes)
    return words % {"count": minutes}
