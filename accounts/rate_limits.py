"""How often a thing may happen for one phone, one address or everybody; the counters live in PostgreSQL.

Mobile networks put thousands of people behind one IPv4 address, so limits by address are wide and the narrow ones go by
phone or number. Counting is one conditional statement, so that no number of parallel requests gets past a limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from django.db import connection, models
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Throttle
from kit.crypto import lookup

EVERYBODY = "everybody"
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# A pumped range is a block of neighbouring numbers: all but the last three digits.
PREFIX_DROPS = 3


@dataclass(frozen=True)
class Limit:
    """At most ``most`` in each window of ``span``; windows count from midnight in Amman."""

    scope: str
    most: int
    span: timedelta


CODES_OF_PHONE = Limit("code_phone", 5, DAY)
CODES_OF_ADDRESS = Limit("code_address", 60, HOUR)
CODES_OF_PREFIX = Limit("code_prefix", 40, HOUR)
CODES_OF_ALL = Limit("code_all", 3000, HOUR)
# The breaker: a surge of wrong codes stops every step that rests on a code until the hour is over.
WRONG_CODES_OF_ALL = Limit("code_wrong_all", 500, HOUR)

REGISTRY_OF_PHONE = Limit("registry_phone", 5, DAY)
REGISTRY_OF_ADDRESS = Limit("registry_address", 30, DAY)

SIGN_IN_OF_NUMBER_HERE = Limit("sign_in_here", 5, QUARTER)
SIGN_IN_OF_NUMBER = Limit("sign_in_number", 40, HOUR)
SIGN_IN_OF_ADDRESS = Limit("sign_in_address", 150, QUARTER)
STAFF_SIGN_IN_OF_ADDRESS = Limit("staff_address", 60, QUARTER)
STAFF_SIGN_IN_OF_EMAIL = Limit("staff_email", 40, HOUR)
PASSWORD_OF_USER = Limit("password_user", 5, QUARTER)
# Each change is told by an SMS that no cap holds back.
PASSWORDS_OF_USER = Limit("password_changed", 10, DAY)
RESETS_OF_NUMBER = Limit("reset_number", 5, DAY)
RESET_PROOFS_OF_NUMBER = Limit("reset_proof", 5, DAY)
RESETS_OF_ADDRESS = Limit("reset_address", 60, HOUR)
# Links to confirm an e-mail address. Beyond the second limit nothing leaves and nothing is said: nobody is told whether
# others gave the same address.
EMAIL_LINKS_OF_CITIZEN = Limit("email_link_citizen", 5, DAY)
EMAIL_LINKS_OF_EMAIL = Limit("email_link_email", 5, DAY)


class TooMany(Exception):
    """A limit is reached; the page says how long to wait and whom to call."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.scope)
        self.limit = limit


def spend(limit: Limit, key: str, *, at: datetime) -> int:
    """Count one more and return how many there are in this window; raise ``TooMany`` when there were enough.

    Call it outside a transaction that may roll back: what is counted stays counted.
    """
    starts_at, ends_at = _window(limit, at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_throttle AS t (scope, key, starts_at, ends_at, count) VALUES (%s, %s, %s, %s, 1) "
            "ON CONFLICT (scope, key, starts_at) DO UPDATE SET count = t.count + 1 WHERE t.count < %s "
            "RETURNING count",
            [limit.scope, _hashed(key), starts_at, ends_at, limit.most],
        )
        row = cursor.fetchone()
    if row is None:
        raise TooMany(limit)
    return int(row[0])


def allows(limit: Limit, key: str, *, at: datetime) -> bool:
    """Count one more if there is room for it, and tell whether there was."""
    try:
        spend(limit, key, at=at)
    except TooMany:
        return False
    return True


def require_room(limit: Limit, key: str, *, at: datetime) -> None:
    """Raise ``TooMany`` when the limit is reached, without counting."""
    if spent(limit, key, at=at) >= limit.most:
        raise TooMany(limit)


def spent(limit: Limit, key: str, *, at: datetime) -> int:
    """Return how many were counted in this window."""
    found = _row(limit, key, at).values_list("count", flat=True).first()
    return found or 0


def give_back(limit: Limit, key: str, *, at: datetime) -> None:
    """Take back one that was counted in advance."""
    _row(limit, key, at).update(count=Greatest(F("count") - 1, 0))


def clear(limit: Limit, key: str, *, at: datetime) -> None:
    """Forget what was counted in this window."""
    _row(limit, key, at).delete()


def _row(limit: Limit, key: str, at: datetime) -> models.QuerySet[Throttle]:
    return Throttle.objects.filter(scope=limit.scope, key=_hashed(key), starts_at=_window(limit, at)[0])


def _hashed(key: str) -> str:
    # A counter must not tell which phone or address it counts.
    return lookup(key, purpose="throttle")


def _window(limit: Limit, at: datetime) -> tuple[datetime, datetime]:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = midnight + (at - midnight) // limit.span * limit.span
    return starts_at, starts_at + limit.span


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address as it is counted: IPv4 whole, IPv6 by its /64, which is one household's.

    ``REMOTE_ADDR`` is the visitor's: the middleware has already stepped over the proxies that TRUSTED_PROXIES names,
    and nothing else reads X-Forwarded-For.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


def prefix(phone: str) -> str:
    """Return the block of numbers that ``phone`` belongs to."""
    return phone[:-PREFIX_DROPS]
