"""The forms of directives: issuing one, a step of the agency, the decision of the issuer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Agency, current_calendar
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayBoxField, Form, LineField, ParagraphField
from reports.directives.actions import DirectiveText, StepReport
from reports.models.directives import TEXT_LENGTH, TITLE_LENGTH

#: The last day a directive may have, counted from today.
LATEST_DAY: Final = timedelta(days=366)


def working_day(day: date, *, today: date) -> date:
    """Return ``day`` if it is a working day after today and within a year; raises ValidationError."""
    if not today < day <= today + LATEST_DAY:
        words = {"latest": day_digits(today + LATEST_DAY)}
        raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words, code="range")
    calendar = current_calendar()
    if not calendar.is_working_day(day):
        words = {"next": day_digits(calendar.working_day_after(day))}
        raise ValidationError(gettext("This is not a working day. The next one is %(next)s") % words, code="holiday")
    return day


class DirectiveForm(Form):
    """To which agency a directive goes, what it says, and until which working day."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        to_field_name="code",
        empty_label=CHOOSE,
        label=_("Agency"),
        error_messages={"required": _("Choose the agency to which the directive goes")},
    )
    title = LineField(max=TITLE_LENGTH, min=SHORTEST_TEXT, label=_("Subject of the directive"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("What is to be done?"),
        help_text=_("Say what is to be done and how it is to be shown. Write nothing about a person."),
    )
    due_on = DayBoxField(
        label=_("Due on"),
        help_text=_("A working day, such as 22/1/2026."),
        error_messages={"required": _("Enter the day")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, agency: str = "") -> None:
        super().__init__(data, initial={"agency": agency})
        self.today = timezone.localdate(at)
        self.offer_rows("agency", Agency.objects.complainable(on=self.today))

    def clean_due_on(self) -> date:
        """Refuse a day on which nobody works, in the past or too far away."""
        return working_day(self.cleaned_data["due_on"], today=self.today)

    @property
    def said(self) -> DirectiveText:
        """Return what the valid form says."""
        return DirectiveText(**{name: self.cleaned_data[name] for name in ("agency", "title", "text", "due_on")})


class StepForm(TextWithFilesForm):
    """What the agency has done, its files, and whether the directive is done with it."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=6,
        label=_("What was done?"),
        help_text=_("The issuer reads it. Write nothing about a person."),
    )
    is_done = forms.BooleanField(
        required=False,
        label=_("With this the directive is done"),
        help_text=_("The issuer decides then. At least one file must show it."),
    )
    field_order = ("text", "attachments", "is_done")

    @property
    def said(self) -> StepReport:
        """Return what the valid form says."""
        return StepReport(self.cleaned_data["text"], self.taken, is_done=self.cleaned_data["is_done"])


class DecisionForm(Form):
    """What the issuer decides: close or send back what was reported as done, or withdraw it."""

    decision = ChoiceCardsField(cards=[], label=_("Decision"), error_messages={"required": _("Choose the decision")})
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it. Needed to send the directive back or to withdraw it."),
    )
    due_on = DayBoxField(
        required=False, label=_("New day"), help_text=_("For a directive that is sent back. Empty: the day stays.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, is_reported: bool, due_on: date) -> None:
        super().__init__(data)
        self.today, self.old_day = timezone.localdate(at), due_on
        cards = [
            Card("close", _("Close it: the evidence shows that it is done")),
            Card("send_back", _("Send it back to the agency")),
            Card("withdraw", _("Withdraw it")),
        ]
        self.offer("decision", cards if is_reported else cards[-1:])

    def clean_due_on(self) -> date | None:
        """Refuse a new day on which nobody works, in the past or too far away."""
        day = self.cleaned_data["due_on"]
        return working_day(day, today=self.today) if day else None

    def clean(self) -> dict[str, Any]:
        """Ask for the reason, and for a new day where the old one is over."""
        cleaned = super().clean() or {}
        decision = cleaned.get("decision")
        if decision in {"send_back", "withdraw"} and len(cleaned.get("text", "")) < SHORTEST_TEXT:
            self.add_error("text", ValidationError(gettext("Write the reason"), code="required"))
        needs_day = decision == "send_back" and self.old_day <= self.today and "due_on" not in self.errors
        if needs_day and not cleaned.get("due_on"):
            text = gettext("The day is over. Enter the day until which the agency has time")
            self.add_error("due_on", ValidationError(text, code="required"))
        return cleaned
