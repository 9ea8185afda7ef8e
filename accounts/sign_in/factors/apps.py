"""Authenticator apps: time-based codes of six digits (TOTP, RFC 6238), each accepted once."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils.crypto import constant_time_compare

from accounts.models import Factor, User

DIGITS: Final = 6
SECONDS: Final = 30
#: RFC 4226 recommends a key as long as the output of SHA-1, the one hash that every app knows.
KEY_BYTES: Final = 20
ISSUER: Final = "Bekhedmatkom"
#: Steps of time by which the clock of a phone may differ.
DRIFT: Final = 1


def new_secret() -> str:
    """Return a new key in Base32, as people type it into an app."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def provisioning_uri(secret: str, user: User) -> str:
    """Return the address that an app reads from a QR code."""
    return _totp(secret).get_provisioning_uri(user.email, ISSUER)


def code(secret: str, *, step: int) -> str:
    """Return the code of one step of time."""
    return _totp(secret).generate(step * SECONDS).decode()


def step_at(at: datetime) -> int:
    """Return the step of time that contains ``at``."""
    return int(at.timestamp()) // SECONDS


def matching_step(secret: str, typed: str, *, at: datetime) -> int | None:
    """Return the step whose code was typed, from one before to one after the present; None where it is none."""
    now = step_at(at)
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next((step for step in steps if constant_time_compare(code(secret, step=step), typed)), None)


def accept(factor: Factor, typed: str, *, at: datetime) -> bool:
    """Tell whether ``typed`` is a code of the app, and use it up: no code of its step or before is accepted again.

    One conditional UPDATE, so of two requests with the same code one succeeds.
    """
    step = matching_step(factor.secret, typed, at=at)
    unused = Factor.objects.filter(pk=factor.pk, counter__lt=step or 0)
    return step is not None and unused.update(counter=step, used_at=at) == 1


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), SECONDS)  # noqa: S303 - HMAC-SHA-1, which RFC 6238 has
