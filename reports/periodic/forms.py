"""The forms of periodic reports: which period, the comment on a section, and why a report goes back or is corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from kit.forms import Form, ParagraphField
from reports.forms import TypedDayField
from reports.models import COMMENT_LENGTH, REASON_LENGTH, ReportKind
from reports.periodic import calendar_periods, phrases
from reports.periods import ReportPeriod

#: How many periods of each kind are offered by name; all others are reached by their days.
OFFERED: Final = {ReportKind.MONTH: 12, ReportKind.QUARTER: 8, ReportKind.YEAR: 3}
OTHER: Final = "other"
SHORTEST_REASON: Final = 10


class NewReportForm(Form):
    """A period that is over: one of those offered by name, or the first and the last day."""

    period = forms.ChoiceField(label=_("Period"))
    first = TypedDayField(label=pgettext_lazy("days", "From"), required=False)
    last = TypedDayField(label=pgettext_lazy("days", "To"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data)
        self._offered = dict(_offered(today))
        choices = [
            (str(kind.label), [(code, phrases.period_heading(of, days)) for code, (of, days) in self._periods(kind)])
            for kind in OFFERED
        ]
        other = _("Other days: enter the first and the last below")
        self.offer_choices("period", [*choices, (OTHER, other)])
        for field in self.fields.values():
            if isinstance(field, TypedDayField):
                field.limit(today, must_be_over=True)

    def _periods(self, kind: ReportKind) -> list[tuple[str, tuple[ReportKind, ReportPeriod]]]:
        return [(code, found) for code, found in self._offered.items() if found[0] == kind]

    def clean(self) -> dict[str, Any]:
        """Ask for both days where no period is named, and refuse days in the wrong order."""
        cleaned = super().clean() or {}
        if cleaned.get("period") != OTHER:
            return cleaned
        for name in ("first", "last"):
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, ValidationError(_("Enter this day, or choose a period above."), code="missing"))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("The last day cannot be before the first."), code="order"))
        return cleaned

    @property
    def chosen(self) -> tuple[ReportKind, ReportPeriod]:
        """The kind of report and its days; for a valid form only. Days that are a calendar period are taken as one."""
        if found := self._offered.get(self.cleaned_data["period"]):
            return found
        period = ReportPeriod(self.cleaned_data["first"], self.cleaned_data["last"])
        return calendar_periods.period_kind(period), period


def _offered(today: date) -> Iterator[tuple[str, tuple[ReportKind, ReportPeriod]]]:
    for kind, number in OFFERED.items():
        for period in calendar_periods.latest(kind, today=today, number=number):
            yield f"{kind}-{period.first.isoformat()}", (kind, period)


class CommentForm(Form):
    """What the unit writes beside a section, in both languages; both empty removes it."""

    text_ar = ParagraphField(max=COMMENT_LENGTH, rows=5, required=False, label=_("Comment in Arabic"))
    text_en = ParagraphField(max=COMMENT_LENGTH, rows=5, required=False, label=_("Comment in English"))

    def clean(self) -> dict[str, Any]:
        """Ask for the language that is missing: the report is read in both."""
        cleaned = super().clean() or {}
        for name, other in (("text_ar", "text_en"), ("text_en", "text_ar")):
            if name not in self.errors and not cleaned.get(name) and cleaned.get(other):
                self.add_error(name, ValidationError(_("Write the comment in this language too."), code="missing"))
        return cleaned

    @property
    def texts(self) -> tuple[str, str]:
        """The comment in Arabic and in English; for a valid form only."""
        return self.cleaned_data["text_ar"], self.cleaned_data["text_en"]


class SendBackForm(Form):
    """Why a report under review goes back to be changed."""

    reason = ParagraphField(
        max=REASON_LENGTH, min=SHORTEST_REASON, rows=4, label=_("What has to be changed before the approval?")
    )


class CorrectionForm(Form):
    """What a new version changes; printed on it."""

    reason = ParagraphField(
        max=REASON_LENGTH, min=SHORTEST_REASON, rows=4, label=_("What does the new version change, and why?")
    )
