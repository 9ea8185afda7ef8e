"""What the desk types to decide on a case: one form for each act; they clean, they change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Agency, Directorate
from complaints import clockwork
from complaints.models import RefusalReason
from complaints.models.words import TEXT_LENGTH
from complaints.substance import Fault, find_faults
from complaints.verbs.desk import own_words
from complaints.workflow import OUTCOMES, Outcome
from config.forms import Card, ChoiceCardsField, Form, LineField, NumberField, ParagraphField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from agencies.calendar import WorkingCalendar
    from complaints.models import Answer, Case

#: Fewest letters of a reason or a question somebody else has to act on.
SHORTEST = 10
#: Working days nobody asks for; the topic's limit is far below.
MOST_DAYS = 365
#: Working days by which one extension can move a date.
MOST_EXTENSION_DAYS = 30


def numeric(day: date) -> str:
    """Return a date as messages write it, 22/1/2026, which reads the same in both directions."""
    return f"{day.day}/{day.month}/{day.year}"


# ---- competence ----


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
    ) -> None:
        super().__init__(data)
        self.case, self.calendar, self.at = case, calendar, at
        self.latest = clockwork.latest_promise(case, at=at, calendar=calendar)
        self.most = clockwork.promise_days(case, at=at, calendar=calendar)
        self.due: datetime | None = None
        self.directorates = {str(one.pk): one for one in directorates}
        self._offer_directorates()
        self._say_limit()

    def _offer_directorates(self) -> None:
        if not self.directorates:
            del self.fields["directorate"]
            return
        names = [(key, one.name) for key, one in self.directorates.items()]
        self.fields["directorate"].choices = [("", _("— choose —")), *names]  # type: ignore[attr-defined]

    def _say_limit(self) -> None:
        words = {"most": self.most, "latest": numeric(self.latest)}
        self.fields["days"].help_text = (
            gettext("At most %(most)s, that is until %(latest)s. Fridays, Saturdays and holidays do not count.") % words
        )

    def clean_days(self) -> int:
        """Compute the promised moment, and refuse one beyond the topic's limit."""
        days: int = self.cleaned_data["days"]
        self.due = self.calendar.due(self.at, days)
        if timezone.localdate(self.due) > self.latest:
            raise ValidationError(too_late(self.latest, self.most), code="too_late")
        return days

    def offers(self) -> list[tuple[int, date]]:
        """Return a few times an agency may promise, with the day each leads to."""
        days = sorted({min(count, self.most) for count in (1, 3, 5, self.most)})
        return [(count, timezone.localdate(self.calendar.due(self.at, count))) for count in days]

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where the agency has none."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))


def too_late(latest: date, most: int) -> str:
    """Return the sentence for a promise beyond the topic's limit."""
    words = {"most": most, "latest": numeric(latest)}
    return gettext("The limit of this topic ends on %(latest)s: write %(most)s or less") % words


class RefuseForm(Form):
    """Why the case is not the agency's, and whose it is instead; for declining and returning alike."""

    reason = ChoiceCardsField(cards=[Card(value, label) for value, label in RefusalReason.choices], label=_("Reason"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Explanation for the unit"),
        help_text=_("The Government Complaints Management Unit reads it and finds the right agency."),
    )
    proposed_agency = forms.ChoiceField(label=_("The agency you propose"))

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency]) -> None:
        super().__init__(data)
        self.agencies = _offer_agencies(self.fields["proposed_agency"], agencies)

    @property
    def chosen_agency(self) -> Agency:
        """Return the agency proposed."""
        return self.agencies[self.cleaned_data["proposed_agency"]]


def _offer_agencies(field: forms.Field, agencies: Sequence[Agency]) -> dict[str, Agency]:
    found = {agency.code: agency for agency in agencies}
    field.choices = [("", _("— choose —")), *((code, agency.name) for code, agency in found.items())]  # type: ignore[attr-defined]
    return found


# ---- work ----


class AskForm(Form):
    """One question to the citizen."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Your question to the citizen"),
        help_text=_("Ask for one thing only, and say what it is needed for."),
    )


class ExtendForm(Form):
    """A later date and the reason the citizen reads."""

    days = NumberField(
        min=1,
        max=MOST_EXTENSION_DAYS,
        label=_("Further working days"),
        help_text=_("They count from the date promised until now."),
    )
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST, rows=4, label=_("Reason"), help_text=_("The citizen reads it.")
    )


FAULTS: dict[Fault, _StrPromise] = {
    Fault.SHORT: _("This says too little. Write in whole sentences what the matter was, where and when"),
    Fault.REPEATED: _("This repeats the same letters or words. Write what the citizen needs to know"),
    Fault.COPIED: _("These are the citizen's own words. Write what you yourselves found or did"),
    Fault.FORMULA: _("This is a formula that says nothing of this case. Write who did what, and when"),
    Fault.SAME_TWICE: _("This says the same as the field above. Write what was done about what you found"),
}


class CloseForm(Form):
    """The answer: how it ended, what was found and what was done."""

    outcome = ChoiceCardsField(label=_("Outcome"))
    found = ParagraphField(
        max=TEXT_LENGTH,
        rows=5,
        label=_("What did you find?"),
        error_messages={"required": _("Write what you found")},
        help_text=_("What you looked at, when, and what the matter was."),
    )
    done = ParagraphField(
        max=TEXT_LENGTH,
        rows=5,
        label=_("What did you do?"),
        error_messages={"required": _("Write what you did")},
        help_text=_("Who did what and when. If nothing could be done, why, and what the citizen can do now."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, proposal: Answer | None = None) -> None:
        names = ("outcome", "found", "done") if proposal else ()
        super().__init__(data, initial={name: getattr(proposal, name) for name in names})
        self.case = case
        cards = [Card(outcome, Outcome(outcome).label) for outcome in OUTCOMES[case.kind]]
        self.fields["outcome"].cards = cards  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse an answer without substance, saying beside each field what is missing."""
        cleaned = super().clean() or {}
        if "found" in cleaned and "done" in cleaned:
            own = own_words(self.case)
            for hollow in find_faults(found=cleaned["found"], done=cleaned["done"], own_words=own):
                self.add_error(hollow.field, ValidationError(FAULTS[hollow.fault], code=hollow.fault))
        return cleaned

    @property
    def outcome_words(self) -> str:
        """Return the outcome chosen in words, once the form is complete."""
        chosen = getattr(self, "cleaned_data", {}).get("outcome")
        return str(Outcome(chosen).label) if chosen else ""


# ---- the unit ----


class ReferForm(Form):
    """The agency the unit sends a case to; a new start of the time limit needs its reason."""

    agency = forms.ChoiceField(label=_("Refer to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )
    resets_limit = forms.BooleanField(required=False, label=_("Count the time limit from today instead of from filing"))

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency]) -> None:
        super().__init__(data)
        self.agencies = _offer_agencies(self.fields["agency"], agencies)

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a new start."""
        cleaned = super().clean() or {}
        if cleaned.get("resets_limit") and "reason" in cleaned and not cleaned["reason"]:
            self.add_error("reason", _("Write why the time limit starts anew"))
        return cleaned

    @property
    def chosen_agency(self) -> Agency:
        """Return the agency chosen."""
        return self.agencies[self.cleaned_data["agency"]]


class ArchiveForm(Form):
    """Why this is not a case; the citizen reads it."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Reason the citizen reads"),
        help_text=_("Say why no agency can take this on, and where the citizen can turn instead."),
    )


class IdentityForm(Form):
    """Why somebody needs to see who the person is."""

    reason = LineField(
        max=200,
        min=SHORTEST,
        label=_("Why do you need it?"),
        error_messages={"required": _("Write why you need it")},
        help_text=_("The reason is kept with your name and the time."),
    )
