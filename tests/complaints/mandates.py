"""Mandates in force, by which one person speaks for another."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Citizen, Mandate, MandateState


def give_mandate(person: Citizen, representative: Citizen, *, at: datetime, days: int = 30, **more: Any) -> Mandate:
    """Write a mandate that is in force for some days."""
    assert person.user
    return Mandate.objects.create(
        person=person,
        representative=representative,
        ground="lawyer",
        state=MandateState.GIVEN,
        asked_at=at,
        starts_at=at,
        ends_at=at + timedelta(days=days),
        decided_at=at,
        decided_by=person.user,
        **more,
    )
