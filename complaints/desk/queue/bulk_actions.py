"""What can be done to many cases at once, and by whom."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.desk.queue.tabs import StaffContext


class BulkAction(TextChoices):
    """An action applied to every case that was ticked."""

    ASSIGN = "assign", _("Assign to an officer…")
    REMIND_OFFICER = "remind_officer", _("Remind the officer")
    REMIND_DIRECTORATE = "remind_directorate", _("Remind the directorate")
    LABEL = "label", _("Add label…")
    UNLABEL = "unlabel", _("Remove label…")
    MACRO = "macro", _("Run a macro…")
    LINK = "link", _("Link to another case…")


def offered_actions(staff: StaffContext) -> list[BulkAction]:
    """Return the bulk actions open to ``staff``: only an agency gives its cases to its officers."""
    return [action for action in BulkAction if action != BulkAction.ASSIGN or staff.agencies]
