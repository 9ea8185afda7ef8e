"""Counts the tries at a password: the narrow limit decides before a wide one counts, and known devices have their own.

So whoever fails in one place is refused there, and neither uses up what the account may fail everywhere nor what others
at the same address may.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import rate_limits
from accounts.models import AppSession, FormDraft, PhoneCode, RateCounter, Session, StoredAnswer, User
from accounts.rate_limits import RateLimit
from accounts.sign_in import devices
from accounts.sign_in.passwords import uncounted_if_busy
from kit.crypto import lookup
from notifications.periodic import RowRun

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignInLimits:
    """The limits of one kind of account, the narrowest first: in one place, from one address, everywhere."""

    here: RateLimit
    address: RateLimit
    account: RateLimit


CITIZENS: Final = SignInLimits(
    rate_limits.SIGN_INS_PER_NUMBER_AND_ADDRESS, rate_limits.SIGN_INS_PER_ADDRESS, rate_limits.SIGN_INS_PER_NUMBER
)
STAFF: Final = SignInLimits(
    rate_limits.STAFF_SIGN_INS_PER_EMAIL_AND_ADDRESS,
    rate_limits.STAFF_SIGN_INS_PER_ADDRESS,
    rate_limits.STAFF_SIGN_INS_PER_EMAIL,
)


class Attempt:
    """One try at the password of the account ``name``, which ``users`` share."""

    def __init__(self, request: HttpRequest, limits: SignInLimits, name: str, users: Sequence[User]) -> None:
        address = rate_limits.client_address(request)
        self._limits, self._name, self._address = limits, name, address
        self._here = f"{name}@{address}"
        self._device = devices.known_key(request, users)

    @contextmanager
    def counted(self, *, at: datetime) -> Iterator[None]:
        """Count the try, then let the caller check the password; raise ``RateLimitReached``.

        A try whose password could not be hashed is not counted.
        """
        for limit, key in self._counters():
            rate_limits.spend(limit, key, at=at)
        with uncounted_if_busy(*self._counters(), at=at):
            yield

    def _counters(self) -> Sequence[tuple[RateLimit, str]]:
        if self._device:
            return [(rate_limits.SIGN_INS_PER_DEVICE, self._device)]
        limits = self._limits
        return [(limits.here, self._here), (limits.address, self._address), (limits.account, self._name)]

    def succeeded(self, *, at: datetime, clears: bool = True) -> None:
        """Uncount the try, and where ``clears`` the failures before it."""
        for limit, key in self._counters():
            is_wide = limit == self._limits.address
            (rate_limits.clear if clears and not is_wide else rate_limits.give_back)(limit, key, at=at)

    def failed(self) -> None:
        """Log the failure, without saying whose account it was: equal hashes are tries at the same one."""
        account = lookup(self._name, purpose="sign_in_log")[:16]
        logger.warning("a sign-in failed", extra={"account": account, "staff": self._limits == STAFF})


# ---- Deletes expired sessions, codes, form drafts, rate counters and stored answers. ----


TASK: Final = "accounts.delete_expired"
CODES_KEPT: Final = timedelta(days=2)
#: How long an answer is given again to the same request of an app.
ANSWERS_KEPT: Final = timedelta(days=1)


def delete_expired(at: datetime) -> None:
    """Delete form drafts and answers older than a day, codes older than two, sessions and counters that have ended.

    Rows of one kind that cannot be deleted keep none of another.
    """
    run = RowRun(TASK, "table", at=at)
    tables: tuple[QuerySet[Model], ...] = (
        FormDraft.objects.filter(expires_at__lte=at),
        PhoneCode.objects.filter(created_at__lte=at - CODES_KEPT),
        RateCounter.objects.filter(ends_at__lte=at),
        Session.objects.filter(expire_date__lte=at),
        AppSession.objects.filter(expires_at__lte=at),
        StoredAnswer.objects.filter(created_at__lte=at - ANSWERS_KEPT),
    )
    for expired in tables:
        with run.row(expired.model.__name__):
            expired.delete()
