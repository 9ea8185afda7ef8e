"""Where the cases of an agency that ended go."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT, AgencyChoiceForm
from kit.forms import ParagraphField


class SuccessorForm(AgencyChoiceForm):
    """Where the open cases of an agency that ended go, and why there."""

    agency = forms.ChoiceField(label=_("Refer all to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )
