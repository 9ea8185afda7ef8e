"""The limits of codes by SMS: per phone or account first, then per address, block of numbers and network.

Made-up people cannot use up what real ones need: a message that never leaves counts for its own number and phone only,
and a forgotten password, whose code goes to nobody but its owner, is not stopped by the codes of others nearby.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts import phones, rate_limits
from accounts.models import Purpose
from accounts.rate_limits import RateLimit
from notifications import alarms
from notifications.models import AlarmKind


@dataclass(frozen=True)
class CodeContext:
    """What a code is bound to: purpose, session and phone; with the language of the message and the visitor's address.

    ``address`` comes from ``rate_limits.client_address``. ``number`` is that of a person who forgot the password. Where
    ``silent``, nobody is to get the message: it is written, so that an observer sees no difference, but it expires
    before it can be sent. It counts for number and phone, and for the address, but for nobody else's limits. ``email``
    is where the code goes instead of the phone, if we send no SMS to its country.
    """

    purpose: Purpose
    session: str
    phone: str
    language: str
    address: str
    number: str = ""
    silent: bool = False
    email: str = ""

    @property
    def target(self) -> str:
        """What the code proves: the phone, or the e-mail address in small letters, so that it is counted once."""
        return self.email.lower() or self.phone

    @property
    def block(self) -> str:
        """The block of numbers around the phone; an e-mail address has no neighbours."""
        return self.target if self.email else rate_limits.prefix(self.phone)

    @property
    def is_reset(self) -> bool:
        """Tell whether the code is for a forgotten password: it is sent only to a person with this number and phone."""
        return self.purpose == Purpose.RESET


def require_open(context: CodeContext, *, at: datetime) -> None:
    """Raise ``RateLimitReached`` while a breaker of wrong codes is open here; count nothing."""
    for limit, key in _breakers(context):
        rate_limits.require_room(limit, key, at=at)


def spend_code(context: CodeContext, *, at: datetime) -> None:
    """Count a new code for whom it is for; raise ``RateLimitReached``."""
    if context.is_reset:
        pair = f"{context.number}/{context.phone}"
        rate_limits.spend(rate_limits.RESETS_PER_NUMBER_AND_PHONE, pair, at=at)
    else:
        rate_limits.spend(rate_limits.CODES_PER_PHONE, context.target, at=at)


def spend_message(context: CodeContext, *, at: datetime) -> None:
    """Count a message for the visitor's address and, where strangers can cause it, for the block of numbers.

    Raises ``RateLimitReached``. Very many messages in total raise an alarm, and go on.
    """
    rate_limits.spend(rate_limits.CODES_PER_ADDRESS, context.address, at=at)
    region = "" if context.email else phones.region(context.phone)
    if region in (ceilings := phones.foreign_ceilings()):
        rate_limits.spend(rate_limits.codes_per_country(ceilings[region]), _counted(context, region), at=at)
    if not context.is_reset:
        rate_limits.spend(rate_limits.CODES_PER_PREFIX, context.block, at=at)
    is_within = rate_limits.allows(rate_limits.CODES_IN_TOTAL, _counted(context, rate_limits.EVERYBODY), at=at)
    if not is_within and not context.silent:
        alarms.raise_alarm(AlarmKind.MANY_CODES)


def count_wrong(context: CodeContext, *, at: datetime) -> None:
    """Count a wrong guess; half of what opens a breaker raises an alarm."""
    for limit, key in _breakers(context):
        rate_limits.allows(limit, _counted(context, key), at=at)
        if not context.silent and rate_limits.spent(limit, key, at=at) == limit.most // 2:
            alarms.raise_alarm(AlarmKind.WRONG_CODES, key)


def _counted(context: CodeContext, key: str) -> str:
    """Return the key that is counted: one of its own where nothing is sent, so that the work is the same."""
    return f"silent {key}" if context.silent else key


def _breakers(context: CodeContext) -> Iterator[tuple[RateLimit, str]]:
    yield rate_limits.WRONG_CODES_PER_NETWORK, rate_limits.network(context.address)
    if not context.is_reset:
        yield rate_limits.WRONG_CODES_PER_PREFIX, context.block
