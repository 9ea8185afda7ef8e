"""The forms of the decisions of an agency on a case, one for each action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate
from complaints.case_text.estimates import left_for
from complaints.clocks import clockwork, extensions
from complaints.models import Case, Clock, Consultation, RefusalReason
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import (
    MOST_DAYS,
    SHORTEST_TEXT,
    AgencyChoiceForm,
    TextWithFilesForm,
    most_days_text,
    too_late_text,
)
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, NumberField, ParagraphField

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
