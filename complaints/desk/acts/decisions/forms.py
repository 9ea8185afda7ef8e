"""The form of accepting a case, with which the directorate can be asked at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.desk.directorate.forms import IN_OTHER_HANDS
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.acts.decision_forms import AcceptForm
from complaints.staff.forms import SHORTEST_TEXT
from complaints.workflow import Holder
from kit.forms import ParagraphField


class AcceptAndAskForm(AcceptForm):
    """The directorate and the time; with the tick, also what the directorate is asked."""

    asks_now = forms.BooleanField(required=False, label=_("Ask this directorate now"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        required=False,
        label=_("What should the directorate examine?"),
        help_text=_(
            "The directorate reads this and the citizen's text and files, without the citizen's name and numbers."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the directorate is filled in, the time is what the officer looks at.
        if self.initial["directorate"] in self.directorates or not self.directorates:
            self.fields["days"].widget.attrs["data-first"] = ""
        is_held = self.case.holder != Holder.AGENCY
        if not self.directorates or (is_held and "asks_now" not in self.data):
            del self.fields["asks_now"], self.fields["text"]

    def clean(self) -> dict[str, Any]:
        """Ask for the words that go with the tick, and refuse it while somebody else has the case."""
        cleaned = super().clean() or {}
        if cleaned.get("asks_now") and self.case.holder != Holder.AGENCY:
            self.add_error("asks_now", IN_OTHER_HANDS)
        elif cleaned.get("asks_now") and "text" in cleaned and not cleaned["text"]:
            self.add_error("text", _("Write what the directorate should examine"))
        return cleaned
