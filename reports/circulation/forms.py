"""The form by which an agency answers its annex."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.forms import ParagraphField
from reports.models.circulation import ANSWER_LENGTH


class AnnexAnswerForm(TextWithFilesForm):
    """What the agency answers, and files."""

    text = ParagraphField(
        max=ANSWER_LENGTH,
        min=SHORTEST_TEXT,
        rows=8,
        label=_("Answer of the agency"),
        help_text=_("Say what you conclude from the figures and what you will do. Write nothing about a person."),
    )
    field_order = ("text", "attachments")
