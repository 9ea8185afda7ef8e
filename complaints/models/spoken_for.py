"""Conditions on cases whose citizens somebody speaks for by a mandate."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models import Mandate, User


def has_mandate() -> models.Exists:
    """Return whether a mandate was ever given for the citizen of a case: who spoke once may have signed."""
    return models.Exists(Mandate.objects.ever_given().filter(person=models.OuterRef("citizen")))


def spoken_for_by(user: User | AnonymousUser, *, at: datetime) -> models.Exists:
    """Return the condition for the cases that a mandate of ``user`` covers at ``at``."""
    held = Mandate.objects.in_force(at).filter(representative__user=user.pk)
    covering = held.covering(person=models.OuterRef("citizen"), entered_by=models.OuterRef("entered_by"))
    return models.Exists(covering)
