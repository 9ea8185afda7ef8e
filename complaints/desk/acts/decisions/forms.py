"""The form of accepting a case, with which the directorate can be asked at once."""

from __future__ import annotations

from typing import Any

from complaints.desk.directorate.forms import IN_OTHER_HANDS, AsksNowForm
from complaints.staff.acts.decision_forms import AcceptForm
from complaints.workflow import Holder


class AcceptAndAskForm(AcceptForm, AsksNowForm):
    """The directorate and the time; with the tick, also what the directorate is asked."""

    field_order = ("directorate", "days", "asks_now", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the directorate is filled in, the time is what the officer looks at.
        if self.initial["directorate"] in self.directorates or not self.directorates:
            self.fields["days"].widget.attrs["data-first"] = ""
        is_held = self.case.holder != Holder.AGENCY
        if not self.directorates or (is_held and "asks_now" not in self.data):
            self.offer_no_asking()

    def clean(self) -> dict[str, Any]:
        """Refuse the tick while somebody else has the case."""
        cleaned = super().clean()
        if cleaned.get("asks_now") and self.case.holder != Holder.AGENCY:
            self.add_error("asks_now", IN_OTHER_HANDS)
        return cleaned
