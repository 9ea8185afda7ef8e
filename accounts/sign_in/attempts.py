"""Counts the tries at a password: the narrow limit decides before a wide one counts, and known devices have their own.

So whoever fails in one place is refused there, and neither uses up what the account may fail everywhere nor what others
at the same address may.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from accounts import rate_limits
from accounts.models import User
from accounts.rate_limits import RateLimit
from accounts.sign_in import known_devices
from accounts.sign_in.passwords.hashing import uncounted_if_busy
from kit.crypto import lookup

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
        self._device = known_devices.known_key(request, users)

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
