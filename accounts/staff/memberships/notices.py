"""The e-mails that tell people of every change of their roles and their account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from accounts.contact.recipients import BY_EMAIL, to_staff
from accounts.models import StaffChange, StaffChangeKind
from kit.dates import day_digits
from kit.unit import unit_name
from notifications import outbox

#: Which e-mail tells of which change; that of an invitation is sent with its link.
TEMPLATES: Final[Mapping[str, str]] = {
    StaffChangeKind.ROLE_GIVEN: "staff_role_given",
    StaffChangeKind.ROLE_ENDED: "staff_role_ended",
    StaffChangeKind.CLOSED: "staff_account_closed",
    StaffChangeKind.REOPENED: "staff_account_reopened",
}


def owe(change: StaffChange, *, at: datetime) -> None:
    """Owe the e-mail about a change that took effect, in the caller's transaction."""
    notices = list(
        to_staff(TEMPLATES[change.kind], change.subject, lambda: _context(change), by=BY_EMAIL, daytime=False)
    )
    outbox.owe(notices, occasion=f"staff-change:{change.pk}", at=at)


def _context(change: StaffChange) -> dict[str, str]:
    if not change.role:
        return {}
    # A role that waited for a second person begins later than proposed.
    day = change.ends_on if change.kind == StaffChangeKind.ROLE_ENDED else change.membership.starts_on
    return {
        "role": change.get_role_display(),
        "agency": change.agency.short_name if change.agency else unit_name(),
        "date": day_digits(day) if day else "",
    }
