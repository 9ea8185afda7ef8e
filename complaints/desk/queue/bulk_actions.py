"""What can be done to many cases at once, and by whom."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from complaints.desk.queue.tabs import Seat


class Deed(TextChoices):
    """A deed done to every case that was ticked."""

    ASSIGN = "assign", _("Give to an officer…")
    REMIND_OFFICER = "remind_officer", _("Remind the officer")
    REMIND_DIRECTORATE = "remind_directorate", _("Remind the directorate")
    LABEL = "label", _("Put a label on…")
    UNLABEL = "unlabel", _("Take a label off…")
    LINK = "link", _("Link to another case…")


def offered_to(seat: Seat) -> list[Deed]:
    """Return the deeds open to somebody: officers are given cases by their own agency only."""
    return [deed for deed in Deed if deed != Deed.ASSIGN or seat.agencies]
