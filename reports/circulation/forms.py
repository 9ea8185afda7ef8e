"""The form by which an agency answers its annex."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from complaints.attachments.fields import UploadForm
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import ParagraphField
from reports.models.circulation import ANSWER_LENGTH


class AnnexAnswerForm(UploadForm):
    """What the agency answers, and files."""

    text = ParagraphField(
        max=ANSWER_LENGTH,
        min=SHORTEST_TEXT,
        rows=8,
        label=_("Answer of the agency"),
        help_text=_("Say what you conclude from the figures and what you will do. Write nothing about a person."),
    )
    field_order = ("text", "attachments")

    def clean(self) -> dict[str, Any]:
        """Say that files have to be chosen again where something else is wrong: a browser sends them once."""
        cleaned = super().clean() or {}
        if self.errors and self.taken:
            self.add_error("attachments", gettext("Choose your files again: they were not saved"))
        return cleaned
