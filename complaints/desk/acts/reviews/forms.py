"""The form for the reason why a colleague's proposal is refused or sent back."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Form, ParagraphField


class ReasonForm(Form):
    """Why a colleague's proposal is not taken."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason"),
        help_text=_("The officers of the agency read it."),
    )
