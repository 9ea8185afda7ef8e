"""What can be done to many cases at once, and by whom."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.desk.queue.tabs import StaffContext


class BulkAction(TextChoices):
    """An action applied to every case that was ticked."""

    ACCEPT = "accept", _("Accept…")
    REFER = "refer", _("Refer to an agency…")
    ASSIGN = "assign", _("Assign to an officer…")
    REMIND_OFFICER = "remind_officer", _("Remind the officer")
    REMIND_DIRECTORATE = "remind_directorate", _("Remind the directorate")
    LABEL = "label", _("Add label…")
    UNLABEL = "unlabel", _("Remove label…")
    MACRO = "macro", _("Run a macro…")
    LINK = "link", _("Link to another case…")
    EXPORT = "export", _("Save as a file…")


_OF_AGENCIES: Final = frozenset({BulkAction.ACCEPT, BulkAction.ASSIGN})
_OF_UNIT: Final = frozenset({BulkAction.REFER})


def offered_actions(staff: StaffContext) -> list[BulkAction]:
    """Return the bulk actions open to ``staff``: an agency accepts and assigns its cases, the unit refers."""
    closed = (frozenset() if staff.agencies else _OF_AGENCIES) | (frozenset() if staff.is_unit else _OF_UNIT)
    return [action for action in BulkAction if action not in closed]
