"""Rate limits: how often something may happen per phone, per address or in total; the counters live in PostgreSQL.

Mobile networks put thousands of people behind one IPv4 address, so limits per address are wide and the narrow ones are
per phone or number. Counting is one conditional statement, so parallel requests cannot exceed a limit.
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

from accounts.models import RateCounter
from kit.crypto import lookup

EVERYBODY = "everybody"
QUARTER_HOUR = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Fraudsters have codes sent to a block of neighbouring numbers: those that differ in the last three digits only.
PREFIX_DROPS = 3


@dataclass(frozen=True)
class RateLimit:
    """At most ``most`` in each window of length ``span``; the windows of a day start at midnight in Amman."""

    scope: str
    most: int
    span: timedelta


CODES_PER_PHONE = RateLimit("code_phone", 5, DAY)
CODES_PER_ADDRESS = RateLimit("code_address", 60, HOUR)
CODES_PER_PREFIX = RateLimit("code_prefix", 40, HOUR)
# More than that raises an alarm. It stops nothing: strangers could stop the codes of the whole country with it.
CODES_IN_TOTAL = RateLimit("code_all", 3000, HOUR)
# Circuit breakers: after this many wrong codes none is sent or accepted there until the hour is over. Half of it raises
# an alarm. Codes that never left do not count.
WRONG_CODES_PER_NETWORK = RateLimit("code_wrong_network", 200, HOUR)
WRONG_CODES_PER_PREFIX = RateLimit("code_wrong_prefix", 100, HOUR)

REGISTRY_CHECKS_PER_PHONE = RateLimit("registry_phone", 5, DAY)
REGISTRY_TRIALS_PER_USER = RateLimit("registry_trial", 20, HOUR)
REGISTRY_CHECKS_PER_ADDRESS = RateLimit("registry_address", 30, DAY)

SIGN_INS_PER_NUMBER_AND_ADDRESS = RateLimit("sign_in_here", 5, QUARTER_HOUR)
SIGN_INS_PER_NUMBER = RateLimit("sign_in_number", 40, HOUR)
SIGN_INS_PER_ADDRESS = RateLimit("sign_in_address", 150, QUARTER_HOUR)
# Instead of the others on a device that the owner has signed in from before.
SIGN_INS_PER_DEVICE = RateLimit("sign_in_device", 10, QUARTER_HOUR)
# Each start and each return asks the provider.
OIDC_PER_ADDRESS = RateLimit("oidc_address", 150, QUARTER_HOUR)
NEW_PASSWORDS_PER_ADDRESS = RateLimit("new_password_address", 60, HOUR)
STAFF_SIGN_INS_PER_EMAIL_AND_ADDRESS = RateLimit("staff_here", 5, QUARTER_HOUR)
STAFF_SIGN_INS_PER_ADDRESS = RateLimit("staff_address", 60, QUARTER_HOUR)
STAFF_SIGN_INS_PER_EMAIL = RateLimit("staff_email", 40, HOUR)
# Of a million codes three are right at a time. Only whoever knows the password comes to the second factor.
FACTOR_TRIES_PER_USER = RateLimit("factor_user", 10, HOUR)
STAFF_RESETS_PER_ADDRESS = RateLimit("staff_reset_address", 60, HOUR)
# Above it no link leaves, and the page does not say so: it must not tell whether the address is known.
STAFF_RESETS_PER_EMAIL = RateLimit("staff_reset_email", 5, DAY)
PASSWORD_TRIES_PER_USER = RateLimit("password_user", 5, QUARTER_HOUR)
# Each change sends an SMS, and the budget for SMS does not apply to it.
PASSWORD_CHANGES_PER_USER = RateLimit("password_changed", 10, DAY)
# By number and phone together: who knows only one of them uses up nothing of the owner's.
RESETS_PER_NUMBER_AND_PHONE = RateLimit("reset_pair", 5, DAY)
RESET_PROOFS_PER_NUMBER_AND_PHONE = RateLimit("reset_proof", 5, DAY)
# Short links of messages that lead nowhere: mistyped, expired, or guessed.
WRONG_LINKS_PER_ADDRESS = RateLimit("wrong_link", 60, HOUR)
# Links to confirm an e-mail address. Above the second limit no message leaves, and the page does not say so: it
# must not tell whether others gave the same address.
EMAIL_LINKS_PER_CITIZEN = RateLimit("email_link_citizen", 5, DAY)
EMAIL_LINKS_PER_EMAIL = RateLimit("email_link_email", 5, DAY)
# Nobody fills somebody else's mailbox with invitations.
INVITATIONS_PER_PERSON = RateLimit("invitation", 5, DAY)
# Four full forms, and six minutes of a phone's video; each file costs the service time and room.
UPLOADED_FILES_PER_PERSON = RateLimit("upload_files", 40, HOUR)
UPLOADED_KILOBYTES_PER_PERSON = RateLimit("upload_kilobytes", 300 * 1024, HOUR)
# Of everybody in a network who is not signed in: a browser that drops its cookie is a new person each time.
VISITORS_FILES_PER_NETWORK = RateLimit("upload_files_network", 200, HOUR)
VISITORS_KILOBYTES_PER_NETWORK = RateLimit("upload_kilobytes_network", 1024 * 1024, HOUR)
# Forms that came after their session had ended; mobile networks put thousands of people behind one address.
HELD_FORMS_PER_ADDRESS = RateLimit("held_form_address", 300, HOUR)
# Beyond it an answer to a browser without script is not kept, and Reload asks whether to send the form again.
ANSWERS_PER_ADDRESS = RateLimit("answer_address", 300, HOUR)


def codes_per_country(most: int) -> RateLimit:
    """Return the limit of codes that go to one foreign country in a day."""
    return RateLimit("code_country", most, DAY)


class RateLimitReached(Exception):
    """A limit is reached; carries the limit, so that the page can say how long to wait."""

    def __init__(self, limit: RateLimit) -> None:
        super().__init__(limit.scope)
        self.limit = limit


def spend(limit: RateLimit, key: str, *, at: datetime, amount: int = 1) -> int:
    """Count ``amount`` more and return the count of this window; raise ``RateLimitReached`` above the limit.

    Call it outside a transaction that may roll back, or the count is lost.
    """
    if amount > limit.most:
        raise RateLimitReached(limit)
    starts_at, ends_at = _window(limit, at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_ratecounter AS t (scope, key, starts_at, ends_at, count) VALUES (%s, %s, %s, %s, %s) "
            "ON CONFLICT (scope, key, starts_at) DO UPDATE SET count = t.count + excluded.count "
            "WHERE t.count + excluded.count <= %s RETURNING count",
            [limit.scope, _hashed(key), starts_at, ends_at, amount, limit.most],
        )
        row = cursor.fetchone()
    if row is None:
        raise RateLimitReached(limit)
    return int(row[0])


def allows(limit: RateLimit, key: str, *, at: datetime) -> bool:
    """Count one more unless the limit is reached; tell whether it was counted."""
    try:
        spend(limit, key, at=at)
    except RateLimitReached:
        return False
    return True


def require_room(limit: RateLimit, key: str, *, at: datetime) -> None:
    """Raise ``RateLimitReached`` when the limit is reached; count nothing."""
    if spent(limit, key, at=at) >= limit.most:
        raise RateLimitReached(limit)


def spent(limit: RateLimit, key: str, *, at: datetime) -> int:
    """Return the count of this window."""
    found = _row(limit, key, at).values_list("count", flat=True).first()
    return found or 0


def give_back(limit: RateLimit, key: str, *, at: datetime) -> None:
    """Subtract one that was counted in advance."""
    _row(limit, key, at).update(count=Greatest(F("count") - 1, 0))


def clear(limit: RateLimit, key: str, *, at: datetime) -> None:
    """Set the count of this window back to zero."""
    _row(limit, key, at).delete()


def _row(limit: RateLimit, key: str, at: datetime) -> models.QuerySet[RateCounter]:
    return RateCounter.objects.filter(scope=limit.scope, key=_hashed(key), starts_at=_window(limit, at)[0])


def _hashed(key: str) -> str:
    # The table must not show which phone or address is counted.
    return lookup(key, purpose="rate_limit")


def _window(limit: RateLimit, at: datetime) -> tuple[datetime, datetime]:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = midnight + (at - midnight) // limit.span * limit.span
    return starts_at, starts_at + limit.span


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address for counting: IPv4 whole, IPv6 by its /64, the range of one household.

    ``REMOTE_ADDR`` is the visitor's: the middleware has already seen through the proxies of TRUSTED_PROXIES, and
    nothing else reads X-Forwarded-For.
    """
    text = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


def network(address: str) -> str:
    """Return the network of an address that ``client_address`` returned: a /24 of IPv4, a /48 of IPv6."""
    try:
        found = ip_network(address)
    except ValueError:
        return "unknown"
    wide = 24 if found.version == 4 else 48  # noqa: PLR2004 - the version
    return str(found.supernet(new_prefix=min(wide, found.prefixlen)))


def prefix(phone: str) -> str:
    """Return the block of a thousand numbers that contains ``phone``."""
    return phone[:-PREFIX_DROPS]
