"""What becomes of memberships when an agency is merged into another one."""

from __future__ import annotations

from datetime import date, timedelta

from accounts.models.users import Membership
from agencies.models import Agency


def carry_over(predecessor: Agency, successor: Agency, *, on: date) -> int:
    """Let the members of ``predecessor`` be members of ``successor`` from a day on; return how many; idempotent.

    A membership that began before ends the day before, so that what was done under it stays explained.
    """
    count = 0
    for old in Membership.objects.filter(agency=predecessor).active_from(on).order_by("pk"):
        held = Membership.objects.filter(user=old.user_id, agency=successor, role=old.role)
        if not held.active_from(on).exists():
            Membership.objects.create(
                user_id=old.user_id,
                agency=successor,
                role=old.role,
                directorate_id=old.directorate_id,
                starts_on=max(on, old.starts_on),
                ends_on=old.ends_on,
            )
            count += 1
        # One that begins later never takes effect: its agency has ended by then.
        if old.starts_on < on:
            old.ends_on = on - timedelta(days=1)
            old.save(update_fields=["ends_on"])
    return count
