"""Absences of staff and their deputies: planned, and ended early."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Absence, Membership, User
from accounts.roles import DESK


class AlreadyAway(ValueError):
    """The person is away on some of these days already."""


class DeputyAway(ValueError):
    """The deputy is away on some of these days."""


class ActsElsewhere(ValueError):
    """The person has a role at a desk that the planner does not supervise."""


def planned_absences(people: Iterable[Any], *, since: date) -> QuerySet[Absence]:
    """Return the absences of ``people`` that have not ended before ``since``, the next one first."""
    running = Absence.objects.filter(user__in=list(people), ends_on__gte=since)
    return running.select_related("deputy").order_by("starts_on", "pk")


def plan_absence(
    user: User, *, deputy: User | None, starts_on: date, ends_on: date, within: Collection[int] | None = None
) -> Absence:
    """Record that ``user`` is away, both days included, and who acts instead, with all roles of the absent person.

    ``within`` are the agencies whose desks the planner supervises, None for the unit: ``ActsElsewhere`` is raised where
    a deputy would get more than those. Raises ``AlreadyAway`` and ``DeputyAway`` when it meets another absence. Locks
    both people, so that two who plan at once do not leave a desk to nobody.
    """
    with transaction.atomic():
        keys = [user.pk] if deputy is None else [user.pk, deputy.pk]
        list(User.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
        if deputy is not None and within is not None and _lends_more(user, within, starts_on, ends_on):
            raise ActsElsewhere
        meeting = Absence.objects.filter(starts_on__lte=ends_on, ends_on__gte=starts_on)
        if meeting.filter(user=user).exists():
            raise AlreadyAway
        if deputy is not None and meeting.filter(user=deputy).exists():
            raise DeputyAway
        # Nobody stands in while away: whoever had named this person needs another deputy first.
        if meeting.filter(deputy=user).exists():
            raise DeputyAway
        return Absence.objects.create(user=user, deputy=deputy, starts_on=starts_on, ends_on=ends_on)


def _lends_more(user: User, within: Collection[int], starts_on: date, ends_on: date) -> bool:
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on)
    held = Membership.objects.filter(lasting, user=user, starts_on__lte=ends_on)
    return held.exclude(role__in=DESK, agency__in=within).exists()


def end_absence(absence: Absence, *, on: date) -> None:
    """Let an absence end before ``on``; one that has not begun is as if it had never been planned."""
    if absence.starts_on >= on:
        absence.delete()
    elif absence.ends_on >= on:
        absence.ends_on = on - timedelta(days=1)
        absence.save(update_fields=["ends_on"])
