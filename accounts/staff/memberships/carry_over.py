"""What becomes of the roles in an agency whose work another one takes over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.staff.memberships.changes import RoleTerms, end_for, give_for
from agencies.models import Agency


@transaction.atomic
def carry_over(predecessor: Agency, successor: Agency, *, on: date, by: User, at: datetime) -> int:
    """Let the members of ``predecessor`` be members of ``successor`` from a day on; return how many; idempotent.

    ``by`` planned the succession. Their own role stays with the agency that ends: nobody gives a role to themselves.
    A membership that began before ends the day before, so that what was done under it stays explained.
    """
    count = 0
    held = Membership.objects.filter(agency=predecessor).active_from(on).exclude(user=by)
    for old in held.select_related("user", "agency", "directorate").order_by("pk"):
        same = Membership.objects.filter(user=old.user_id, agency=successor, role=old.role)
        if not same.active_from(on).exists():
            terms = RoleTerms(Role(old.role), successor, max(on, old.starts_on), old.ends_on, old.directorate)
            give_for(old.user, terms, by=by, at=at)
            count += 1
        end_for(old, last_day=on - timedelta(days=1), by=by, at=at)
    return count
