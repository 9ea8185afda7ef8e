"""Codes of five digits by SMS: issued, sent again and checked; a code alone never signs anybody in.

To somebody abroad to whose number we send no SMS the code goes by e-mail, and proves that address.
A code belongs to a session, a purpose and a phone, or that address. It is valid for ten minutes and three guesses. One
conditional UPDATE counts the guesses, so of eighty guesses at once three are checked and seventy-seven refused.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from accounts.models import PhoneCode
from accounts.sign_in.codes import code_limits
from accounts.sign_in.codes.code_limits import CodeContext
from kit.crypto import lookup, lookups
from notifications import outbox
from notifications.models import Channel, Lane

DIGITS: Final = 5
TRIES: Final = 3
LIFE: Final = timedelta(minutes=10)
RESEND_AFTER: Final = timedelta(seconds=45)
SENDINGS: Final = 3


class GuessOutcome(Enum):
    """The result of a guess."""

    RIGHT = auto()
    WRONG = auto()
    DEAD = auto()
    EXPIRED = auto()
    NONE = auto()


class Sending(Enum):
    """The result of asking for another message."""

    SAME = auto()
    NEW = auto()
    TOO_SOON = auto()
    NO_MORE = auto()


@dataclass(frozen=True)
class CodeGuess:
    """The result of a guess, and how many guesses are left for the same code."""

    verdict: GuessOutcome
    left: int = 0


def issue(context: CodeContext, *, at: datetime) -> PhoneCode:
    """Send a new code; older codes of the same context expire. Raise ``RateLimitReached``."""
    code_limits.require_open(context, at=at)
    code_limits.spend_code(context, at=at)
    code_limits.spend_message(context, at=at)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = PhoneCode(
        purpose=context.purpose,
        session_hash=context.session,
        phone=context.target,
        code=code,
        language=context.language,
        sent_at=at,
        created_at=at,
        expires_at=at + LIFE,
    )
    made.digest = _digest(made, code)
    with transaction.atomic():
        _codes_for(context).filter(expires_at__gt=at).update(expires_at=at)
        made.save(force_insert=True)
        _owe(made, context, at=at)
    return made


def send_again(context: CodeContext, *, at: datetime) -> Sending:
    """Send the current code once more, its guesses still counted, or a new code where it can no longer be used."""
    code = _latest(context)
    if code is None or code.expires_at <= at or code.tries >= TRIES or code.used_at:
        issue(context, at=at)
        return Sending.NEW
    if code.sendings >= SENDINGS:
        return Sending.NO_MORE
    if at - code.sent_at < RESEND_AFTER:
        return Sending.TOO_SOON
    return _resend(code, context, at=at)


def _resend(code: PhoneCode, context: CodeContext, *, at: datetime) -> Sending:
    code_limits.spend_message(context, at=at)
    with transaction.atomic():
        counted = PhoneCode.objects.filter(pk=code.pk, sendings=code.sendings).update(
            sendings=F("sendings") + 1, sent_at=at
        )
        if not counted:
            return Sending.TOO_SOON
        code.sendings += 1
        _owe(code, context, at=at)
    return Sending.SAME


def guess(context: CodeContext, typed: str, *, at: datetime) -> CodeGuess:
    """Check one guess; a right one uses the code up. Raise ``RateLimitReached`` after too many wrong codes nearby."""
    code_limits.require_open(context, at=at)
    code = _latest(context)
    if code is None:
        return CodeGuess(GuessOutcome.NONE)
    judged = _judge(code, typed, at=at)
    if judged is None:
        return CodeGuess(_why_not(code, at=at))
    right, tries = judged
    if right:
        return CodeGuess(GuessOutcome.RIGHT)
    code_limits.count_wrong(context, at=at)
    return CodeGuess(GuessOutcome.WRONG, TRIES - tries) if tries < TRIES else CodeGuess(GuessOutcome.DEAD)


def _judge(code: PhoneCode, typed: str, *, at: datetime) -> tuple[bool, int] | None:
    """Count and compare in one statement; return None when no guess is allowed any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_phonecode SET tries = tries + 1, used_at = CASE WHEN digest = %s THEN %s::timestamptz END "
            "WHERE id = %s AND tries < %s AND used_at IS NULL AND expires_at > %s "
            "RETURNING used_at IS NOT NULL, tries",
            [_digest(code, typed), at, code.pk, TRIES, at],
        )
        row = cursor.fetchone()
    return (bool(row[0]), int(row[1])) if row else None


def _why_not(code: PhoneCode, *, at: datetime) -> GuessOutcome:
    code.refresh_from_db(fields=["tries", "used_at", "expires_at"])
    spent = code.tries >= TRIES or code.used_at is not None
    return GuessOutcome.EXPIRED if code.expires_at <= at and not spent else GuessOutcome.DEAD


def seconds_to_wait(context: CodeContext, *, at: datetime) -> int:
    """Return in how many seconds the code may be sent again; 0 is now."""
    code = _latest(context)
    if code is None:
        return 0
    return max(0, round((code.sent_at + RESEND_AFTER - at).total_seconds()))


def _codes_for(context: CodeContext) -> QuerySet[PhoneCode]:
    return PhoneCode.objects.filter(
        session_hash=context.session,
        purpose=context.purpose,
        phone_lookup__in=lookups(context.target, purpose="phone"),
    )


def _latest(context: CodeContext) -> PhoneCode | None:
    return _codes_for(context).order_by("-created_at", "-pk").first()


def _digest(code: PhoneCode, typed: str) -> str:
    return lookup(f"{code.pk}:{typed}", purpose="code")


def _owe(code: PhoneCode, context: CodeContext, *, at: datetime) -> None:
    notice = outbox.Notice(
        template="code",
        channel=Channel.EMAIL if context.email else Channel.SMS,
        recipient=f"code:{code.pk}",
        address=context.email or context.phone,
        language=context.language,
        context={"code": code.code},
    )
    expires_at = at if context.silent else code.expires_at
    outbox.owe([notice], occasion=f"code:{code.pk}:{code.sendings}", at=at, lane=Lane.CODES, expires_at=expires_at)
