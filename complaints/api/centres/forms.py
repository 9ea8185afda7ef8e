"""What an outside centre reports of a case, as its interface sends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import OutsideCentre
from complaints import reference
from complaints.actions.outside_centres import FINAL, Report, centre_meaning
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.handing_over import REFERENCE_LENGTH
from kit.forms import Form, LineField, ParagraphField

WORD_LENGTH = 60
#: The centre's clock may be ahead of ours by so much.
AHEAD = timedelta(minutes=10)
#: No case is with a centre for so long; programs write the first year of all for a moment that they do not have.
LONG_AGO = timedelta(days=3650)


class ReportForm(Form):
    """One report: the case by our number, the centre's word for the state, its number, its text, and the moment."""

    case = LineField(max=20, label=_("Case number"))
    state = LineField(max=WORD_LENGTH, label=_("State"))
    reference = LineField(max=REFERENCE_LENGTH, required=False, label=_("The centre's number for this case"))
    text = ParagraphField(max=TEXT_LENGTH, required=False, label=_("Text"))
    at = forms.DateTimeField(required=False, label=_("Moment"))

    def __init__(self, data: dict[str, str], *, centre: OutsideCentre, now: datetime) -> None:
        super().__init__(data)
        self._centre, self._now = centre, now

    def clean_at(self) -> datetime:
        """Take a report without a moment as one of now; refuse one from the future, or from long ago."""
        at: datetime = self.cleaned_data["at"] or self._now
        if at < self._now - LONG_AGO:
            raise ValidationError(gettext("This moment is too long ago"), code="past")
        if at > self._now + AHEAD:
            raise ValidationError(gettext("This moment has not come yet"), code="future")
        return min(at, self._now)

    def clean(self) -> dict[str, Any]:
        """Ask for the text of a report that ends the handover: the desk works with it."""
        cleaned = super().clean() or {}
        word = cleaned.get("state", "")
        if (
            word
            and not cleaned.get("text")
            and "text" not in self.errors
            and centre_meaning(self._centre, word) in FINAL
        ):
            self.add_error("text", ValidationError(gettext("Say what the centre found or did"), code="required"))
        return cleaned

    @property
    def report(self) -> Report:
        """Return the report of a valid form."""
        said = self.cleaned_data
        number = reference.parse(said["case"]) or said["case"]
        return Report(number, said["state"], said["reference"], said["text"], said["at"])
