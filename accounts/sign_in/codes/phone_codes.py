"""Codes of five digits by SMS: issued, sent again, guessed; never enough alone to open anything.

A code belongs to a session, a purpose and a phone. It lives ten minutes and takes three guesses, which one conditional
UPDATE counts: eighty guesses at once are three guesses and seventy-seven refusals.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from accounts import rate_limits
from accounts.models import PhoneCode, Purpose
from kit.crypto import lookup
from notifications import outbox
from notifications.models import Channel, Lane

DIGITS: Final = 5
TRIES: Final = 3
LIFE: Final = timedelta(minutes=10)
RESEND_AFTER: Final = timedelta(seconds=45)
SENDINGS: Final = 3


class Verdict(Enum):
    """What became of a guess."""

    RIGHT = auto()
    WRONG = auto()
    DEAD = auto()
    EXPIRED = auto()
    NONE = auto()


class Sending(Enum):
    """What became of the wish for another message."""

    SAME = auto()
    NEW = auto()
    TOO_SOON = auto()
    NO_MORE = auto()


@dataclass(frozen=True)
class Door:
    """Where a code is good: which purpose, in which session, on which phone; and how to count and speak there.

    ``address`` is the visitor's, as ``limits.client_address`` gives it. ``silent`` is a door behind which nobody lives:
    everything happens as always, but the message expires before it can leave.
    """

    purpose: Purpose
    session: str
    phone: str
    language: str
    address: str
    silent: bool = False


@dataclass(frozen=True)
class Guess:
    """A judged guess, and how many are left on the same code."""

    verdict: Verdict
    left: int = 0


def issue(door: Door, *, at: datetime) -> PhoneCode:
    """Send a new code; older ones of the same door die. Raise ``limits.TooMany`` when an allowance is used up."""
    rate_limits.require_room(rate_limits.WRONG_CODES_OF_ALL, rate_limits.EVERYBODY, at=at)
    rate_limits.spend(rate_limits.CODES_OF_PHONE, door.phone, at=at)
    _spend_message(door, at=at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = PhoneCode(
        purpose=door.purpose,
        session_hash=door.session,
        phone=door.phone,
        code=code,
        language=door.language,
        sent_at=at,
        created_at=at,
        expires_at=at + LIFE,
    )
    made.digest = _digest(made, code)
    with transaction.atomic():
        _of(door).filter(expires_at__gt=at).update(expires_at=at)
        made.save(force_insert=True)
        _owe(made, door, at=at)
    return made


def send_again(door: Door, *, at: datetime) -> Sending:
    """Send the living code once more, tries and all, or a new one when there is none that could still be right."""
    code = _latest(door)
    if code is None or code.expires_at <= at or code.tries >= TRIES or code.used_at:
        issue(door, at=at)
        return Sending.NEW
    if code.sendings >= SENDINGS:
        return Sending.NO_MORE
    if at - code.sent_at < RESEND_AFTER:
        return Sending.TOO_SOON
    return _resend(code, door, at=at)


def _resend(code: PhoneCode, door: Door, *, at: datetime) -> Sending:
    _spend_message(door, at=at)
    with transaction.atomic():
        counted = PhoneCode.objects.filter(pk=code.pk, sendings=code.sendings).update(
            sendings=F("sendings") + 1, sent_at=at
        )
        if not counted:
            return Sending.TOO_SOON
        code.sendings += 1
        _owe(code, door, at=at)
    return Sending.SAME


def guess(door: Door, typed: str, *, at: datetime) -> Guess:
    """Judge one guess; a right one uses the code up. Raise ``limits.TooMany`` while the breaker is open."""
    rate_limits.require_room(rate_limits.WRONG_CODES_OF_ALL, rate_limits.EVERYBODY, at=at)
    code = _latest(door)
    if code is None:
        return Guess(Verdict.NONE)
    judged = _judge(code, typed, at=at)
    if judged is None:
        return Guess(_why_not(code, at=at))
    right, tries = judged
    if right:
        return Guess(Verdict.RIGHT)
    rate_limits.spend(rate_limits.WRONG_CODES_OF_ALL, rate_limits.EVERYBODY, at=at)
    return Guess(Verdict.WRONG, TRIES - tries) if tries < TRIES else Guess(Verdict.DEAD)


def _judge(code: PhoneCode, typed: str, *, at: datetime) -> tuple[bool, int] | None:
    """Count and compare in one statement; None when the code takes no guess any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_phonecode SET tries = tries + 1, used_at = CASE WHEN digest = %s THEN %s::timestamptz END "
            "WHERE id = %s AND tries < %s AND used_at IS NULL AND expires_at > %s "
            "RETURNING used_at IS NOT NULL, tries",
            [_digest(code, typed), at, code.pk, TRIES, at],
        )
        row = cursor.fetchone()
    return (bool(row[0]), int(row[1])) if row else None


def _why_not(code: PhoneCode, *, at: datetime) -> Verdict:
    code.refresh_from_db(fields=["tries", "used_at", "expires_at"])
    spent = code.tries >= TRIES or code.used_at is not None
    return Verdict.EXPIRED if code.expires_at <= at and not spent else Verdict.DEAD


def seconds_to_wait(door: Door, *, at: datetime) -> int:
    """Return in how many seconds the code may be sent again; 0 is now."""
    code = _latest(door)
    if code is None:
        return 0
    return max(0, round((code.sent_at + RESEND_AFTER - at).total_seconds()))


def _of(door: Door) -> QuerySet[PhoneCode]:
    return PhoneCode.objects.filter(
        session_hash=door.session, purpose=door.purpose, phone_lookup=lookup(door.phone, purpose="phone")
    )


def _latest(door: Door) -> PhoneCode | None:
    return _of(door).order_by("-created_at").first()


def _digest(code: PhoneCode, typed: str) -> str:
    return lookup(f"{code.pk}:{typed}", purpose="code")


def _spend_message(door: Door, *, at: datetime) -> None:
    rate_limits.spend(rate_limits.CODES_OF_ADDRESS, door.address, at=at)
    rate_limits.spend(rate_limits.CODES_OF_PREFIX, rate_limits.prefix(door.phone), at=at)
    rate_limits.spend(rate_limits.CODES_OF_ALL, rate_limits.EVERYBODY, at=at)


def _owe(code: PhoneCode, door: Door, *, at: datetime) -> None:
    notice = outbox.Notice(
        template="code",
        channel=Channel.SMS,
        recipient=f"code:{code.pk}",
        address=door.phone,
        language=door.language,
        context={"code": code.code},
    )
    expires_at = at if door.silent else code.expires_at
    outbox.owe([notice], occasion=f"code:{code.pk}:{code.sendings}", at=at, lane=Lane.CODES, expires_at=expires_at)
