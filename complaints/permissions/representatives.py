"""Who speaks for whom by a mandate: read for a page, locked for an action, so that one that ends meanwhile is refused.

``CaseQuerySet.visible_to`` says which cases a representative sees; the same rows of ``Mandate`` say it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import PermissionDenied

from accounts.models import Citizen, Mandate, MandateOver, User
from accounts.models.mandates import MandateQuerySet
from complaints.models import Case, CaseEvent

#: The name of the fact that holds the key of the mandate by which an event was made.
FACT: Final = "mandate"


def mandate_for(case: Case, user: User, *, at: datetime) -> Mandate | None:
    """Return the mandate by which ``user`` may speak for the citizen of ``case`` at ``at``; one statement."""
    return _covering(case, user).in_force(at).order_by("-ends_at", "pk").first()


def locked_for(case: Case, by: User | None, *, at: datetime) -> Mandate | None:
    """Return the mandate by which ``by`` acts on ``case``, locked until the transaction ends.

    None for everybody who acts in their own right, without a statement. Whoever ends a mandate waits for its row, so
    that an action is wholly before the end or refused: raises ``MandateOver`` where the only one is over.
    """
    if by is None or by.is_staff or case.citizen.user_id == by.pk:
        return None
    held = _covering(case, by).select_for_update(of=("self",), no_key=True)
    return _mandate_in_force(list(held.order_by("-ends_at", "pk")), at=at)


def locked(key: UUID, by: User, *, at: datetime) -> Mandate:
    """Return the mandate ``key`` of the representative ``by``, locked, to file by; raises ``MandateOver``."""
    held = Mandate.objects.select_for_update(of=("self",), no_key=True).select_related("person", "representative")
    mandate = held.filter(pk=key, representative__user=by, person__isnull=False).first()
    found = _mandate_in_force([mandate] if mandate else [], at=at)
    if found is None:
        raise PermissionDenied
    return found


def last_mandate(reference: str, user: User) -> Mandate | None:
    """Return the last mandate by which ``user`` could have opened the case ``reference``, though it is over now."""
    case = Case.objects.filter(reference=reference).select_related("citizen").first()
    return _covering(case, user).exclude(decided_at=None).order_by("-decided_at", "-pk").first() if case else None


def mandates_by_event(events: Iterable[CaseEvent]) -> Mapping[str, Mandate]:
    """Return the mandates by which ``events`` were made, by key; without a statement where there is none."""
    keys = {key for event in events if (key := event.mandate)}
    rows = Mandate.objects.filter(pk__in=keys).select_related("representative", "person") if keys else ()
    return {str(mandate.pk): mandate for mandate in rows}


def told_representatives(case: Case, *, at: datetime) -> list[Citizen]:
    """Return who speaks for the citizen of ``case`` at ``at`` and gets the messages about it too; one statement."""
    covering = Mandate.objects.in_force(at).covering(person=case.citizen_id, entered_by=case.entered_by_id)
    people = {mandate.representative for mandate in covering.select_related("representative")}
    return sorted((person for person in people if person is not None), key=lambda person: str(person.pk))


def _covering(case: Case, user: User) -> MandateQuerySet:
    covering = Mandate.objects.covering(person=case.citizen_id, entered_by=case.entered_by_id)
    return covering.filter(representative__user=user).select_related("person", "representative")


def _mandate_in_force(held: list[Mandate], *, at: datetime) -> Mandate | None:
    found = next((mandate for mandate in held if mandate.is_in_force(at=at)), None)
    over = next((mandate for mandate in held if mandate.decided_at is not None), None)
    if found is None and over is not None:
        raise MandateOver(over)
    return found
