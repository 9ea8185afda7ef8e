"""The forms of the question why a case is late, and of the answer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Form, ParagraphField


class AskExplanationForm(Form):
    """What the leadership wants to know."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("Your question"),
        help_text=_("The officers and supervisors of the agency and the CMU can read this. The citizen cannot."),
    )


class ExplainForm(Form):
    """Why the case is late."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Why is the case late, and what happens next?"),
        error_messages={"required": _("Write why the case is late")},
        help_text=_("The leadership of your agency, your colleagues and the CMU can read this. The citizen cannot."),
    )
