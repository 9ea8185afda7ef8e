"""What an agent of the contact centre types while somebody calls about a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from complaints.actions.objections import SHORTEST_OBJECTION
from complaints.models.texts import TEXT_LENGTH
from complaints.search.forms import TrackForm
from kit.forms import Form, ParagraphField

IN_THEIR_WORDS: Final = _("In the caller's own words. Read it back before you send it.")


class CallerForm(TrackForm):
    """The tracking number and the end of the caller's mobile number, as the caller says them."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["ref"].help_text = _("The caller reads it from our message")
        self.fields["phone_end"].label = _("Last 4 digits of the caller's mobile number")
        self.fields["phone_end"].help_text = _("Ask the caller for them. Never say them yourself.")


class CallerObjectionForm(Form):
    """The caller's objection to the answer, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_OBJECTION,
        rows=5,
        label=_("Why does the caller object?"),
        help_text=IN_THEIR_WORDS,
        error_messages={"required": _("Write why the caller objects")},
    )


class CallerAddForm(Form):
    """What the caller adds, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=5,
        label=_("What does the caller add?"),
        help_text=IN_THEIR_WORDS,
    )


class CallerReplyForm(Form):
    """The caller's answer to the open question, as the agent takes it down."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=4,
        label=_("The caller's answer"),
        help_text=IN_THEIR_WORDS,
    )
