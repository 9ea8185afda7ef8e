"""Asks a member of staff for the second factor: a code, a passkey or a recovery code."""

from __future__ import annotations

import logging
from datetime import datetime
from enum import Enum, auto
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext

from accounts import rate_limits
from accounts.models import Factor, FactorKind, User
from accounts.sign_in.factors import apps, passkeys, recovery_codes
from accounts.sign_in.factors.forms import FactorForm
from accounts.sign_in.passwords.hashing import uncounted_if_busy
from kit.forms import plain_digits

logger = logging.getLogger(__name__)


class Proof(Enum):
    """The result of asking for a factor."""

    RIGHT = auto()
    WRONG = auto()
    USED = auto()
    WRONG_PASSKEY = auto()


def is_proven(form: FactorForm, user: User, session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the form holds a factor of ``user``; otherwise add an error that says what to do.

    Raise ``RateLimitReached`` after ten tries in an hour.
    """
    if not form.is_valid():
        return False
    counted: Final = (rate_limits.FACTOR_TRIES_PER_USER, str(user.pk))
    rate_limits.spend(*counted, at=at)
    with uncounted_if_busy(counted, at=at):
        proof = _judge(form, user, session, at=at)
    if proof == Proof.RIGHT:
        rate_limits.clear(*counted, at=at)
        return True
    logger.warning("a second factor was refused", extra={"user_id": str(user.pk)})
    form.add_error("code", _error_message(proof))
    return False


def _judge(form: FactorForm, user: User, session: SessionBase, *, at: datetime) -> Proof:
    typed = form.cleaned_data["code"]
    if not typed:
        is_right = passkeys.accept(user, form.cleaned_data["passkey"], session, at=at)
        return Proof.RIGHT if is_right else Proof.WRONG_PASSKEY
    if recovery_codes.looks_like_one(typed):
        return Proof.RIGHT if recovery_codes.use(user, typed, at=at) else Proof.WRONG
    return _judge_app_code(user, plain_digits(typed), at=at)


def _judge_app_code(user: User, digits: str, *, at: datetime) -> Proof:
    factors = list(Factor.objects.filter(user=user, kind=FactorKind.APP))
    if any(apps.accept(factor, digits, at=at) for factor in factors):
        return Proof.RIGHT
    is_used = any(apps.matching_step(factor.secret, digits, at=at) is not None for factor in factors)
    return Proof.USED if is_used else Proof.WRONG


def _error_message(proof: Proof) -> str:
    if proof == Proof.USED:
        return gettext("This code has been used already. Wait for the next one, at most half a minute")
    if proof == Proof.WRONG_PASSKEY:
        return gettext("The passkey was not accepted. Try again, or enter a code")
    return gettext("That code is not right. Check that the clock of your phone is right, and enter the newest code")
