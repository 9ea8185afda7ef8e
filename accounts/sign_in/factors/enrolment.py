"""Adds and removes the second factors of a member of staff, and tells the person."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.contact.account_notices import owe_to_staff
from accounts.models import Factor, FactorKind, User
from accounts.sign_in.factors import apps, recovery_codes

logger = logging.getLogger(__name__)

#: What a draft keeps of a factor that is not saved yet.
DRAFTED: Final = ("kind", "name", "secret", "passkey_hash", "counter")


class LastFactor(Exception):
    """The only factor of a person is not removed: they could not sign in."""


class AlreadyEnrolled(Exception):
    """The person has a factor by now, which has to be given first."""


def new_app(secret: str, typed: str, *, at: datetime) -> Factor | None:
    """Return an app that showed the code ``typed``, not saved and without its person; None where the code is wrong."""
    step = apps.matching_step(secret, typed, at=at)
    return None if step is None else Factor(kind=FactorKind.APP, secret=secret, counter=step)


def drafted(factor: Factor) -> dict[str, Any]:
    """Return what a draft keeps of a factor; ``from_draft`` makes the factor of it."""
    return {name: getattr(factor, name) for name in DRAFTED}


def from_draft(draft: Mapping[str, Any]) -> Factor:
    """Return the factor that a draft keeps, not saved and without its person."""
    return Factor(**{name: draft[name] for name in DRAFTED})


def enrol_first(user: User, factor: Factor, codes: Sequence[str], *, at: datetime) -> None:
    """Save the first factor with its recovery codes. Raise ``AlreadyEnrolled`` if somebody was faster."""
    with transaction.atomic():
        locked = _locked(user)
        if locked.factors.exists():
            raise AlreadyEnrolled
        recovery_codes.store(locked, codes, at=at)
        _add(locked, factor, at=at)


def add(user: User, factor: Factor, *, at: datetime) -> None:
    """Save one more factor."""
    with transaction.atomic():
        _add(_locked(user), factor, at=at)


def remove(user: User, factor: UUID, *, at: datetime) -> bool:
    """Remove a factor; tell whether there was one. Raise ``LastFactor`` for the only one."""
    with transaction.atomic():
        locked = _locked(user)
        found = locked.factors.filter(pk=factor).first()
        if found is None:
            return False
        if locked.factors.count() == 1:
            raise LastFactor
        found.delete()
        owe_to_staff(locked, "staff_factor_removed", at=at)
    logger.info("a second factor was removed", extra={"user_id": str(user.pk)})
    return True


def forget_all(user: User, *, at: datetime) -> None:
    """Remove all factors and recovery codes of somebody who lost them, and end every session; the person is told.

    The next sign-in, with the password that only the person knows, enrols a new factor.
    """
    with transaction.atomic():
        locked = _locked(user)
        locked.factors.all().delete()
        locked.recovery_codes.all().delete()
        locked.sessions.all().delete()
        owe_to_staff(locked, "staff_factor_removed", at=at)
    logger.warning("all second factors of a person were removed", extra={"user_id": str(user.pk)})


def renew_codes(user: User, codes: Sequence[str], *, at: datetime) -> None:
    """Replace the recovery codes."""
    with transaction.atomic():
        recovery_codes.store(_locked(user), codes, at=at)
        owe_to_staff(user, "staff_codes_renewed", at=at)
    logger.info("recovery codes were renewed", extra={"user_id": str(user.pk)})


def _add(locked: User, factor: Factor, *, at: datetime) -> None:
    factor.user, factor.created_at = locked, at
    factor.save(force_insert=True)
    owe_to_staff(locked, "staff_factor_added", at=at)
    logger.info("a second factor was added", extra={"user_id": str(locked.pk)})


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)
