"""A citizen's e-mail address: set, changed, removed, and confirmed by a link before other messages go there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from accounts import rate_limits
from accounts.contact.recipients import citizen_key
from accounts.models import Citizen
from kit.crypto import lookup
from kit.link_pages import link_signer
from notifications import outbox
from notifications.actions.readdressing import readdress
from notifications.addresses import address_status
from notifications.models import Channel, Lane

LINK_LIFE: Final = timedelta(hours=48)
DOTS: Final = "•••"
_SIGNER: Final = link_signer("accounts.email")


# ---- set, change, remove ----


class OnlyWay(Exception):
    """The address is the only way by which the citizen is reached, so it stays until a number takes SMS."""


def change(citizen: Citizen, address: str, *, at: datetime) -> None:
    """Set the address and owe the link that confirms it; until it is confirmed the citizen is notified by SMS.

    The same address again sends another link. Raise ``RateLimitReached`` after five links a day, ``OnlyWay``.
    """
    rate_limits.spend(rate_limits.EMAIL_LINKS_PER_CITIZEN, str(citizen.pk), at=at)
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if not is_same(locked.email, address):
            _require_another_way(locked)
            _replace(locked, address, at=at)
        _owe_link(locked, at=at)


def remove(citizen: Citizen, *, at: datetime) -> None:
    """Remove the address; from now on the citizen is notified by SMS, for old cases too. Raise ``OnlyWay``."""
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if locked.email:
            _require_another_way(locked)
            _replace(locked, "", at=at)


def _require_another_way(locked: Citizen) -> None:
    if locked.is_reached_by_email_only:
        raise OnlyWay


def set_while_registering(citizen: Citizen, address: str, *, at: datetime) -> None:
    """Set the address entered in a registration, in the caller's transaction; a confirmed address stays confirmed.

    Never raises: above the rate limit the link is written too, but expires before it can be sent.
    """
    if not address or (citizen.email_confirmed_at and is_same(citizen.email, address)):
        return
    if not is_same(citizen.email, address):
        _replace(citizen, address, at=at)
    is_allowed = rate_limits.allows(rate_limits.EMAIL_LINKS_PER_CITIZEN, str(citizen.pk), at=at)
    _owe_link(citizen, at=at, silent=not is_allowed)


def set_proven(citizen: Citizen, address: str, *, at: datetime) -> None:
    """Set the address to which the code of a registration went, confirmed by it, in the caller's transaction."""
    if not is_same(citizen.email, address):
        _replace(citizen, address, at=at)
    citizen.email_confirmed_at = at
    citizen.notify_by = Channel.EMAIL
    citizen.save(update_fields=["email_confirmed_at", "notify_by"])
    address_status.clear(Channel.EMAIL, citizen.email)


def mask(address: str) -> str:
    """Return the address with most of its name hidden: a•••@example.com."""
    name, _at, domain = address.partition("@")
    return f"{name[:1]}{DOTS}@{domain}"


def is_same(address: str, other: str) -> bool:
    """Tell whether two addresses are the same; case does not count."""
    return address.lower() == other.lower()


# ---- the link ----


def citizen_for(token: str, *, at: datetime) -> Citizen | None:
    """Return the citizen whose address the link confirms; None if it is forged, expired, or for another address."""
    return _citizen_named_by(token, Citizen.objects.all(), at=at)


@transaction.atomic
def confirm(token: str, *, at: datetime) -> Citizen | None:
    """Confirm the address by its link and return the citizen, None where ``citizen_for`` returns None. Idempotent.

    Locks the row first, so that a link never confirms an address set after it was sent.
    """
    person = _citizen_named_by(token, Citizen.objects.select_for_update(), at=at)
    if person is None:
        return None
    if person.email_confirmed_at is None:
        person.email_confirmed_at = at
        person.save(update_fields=["email_confirmed_at"])
    address_status.clear(Channel.EMAIL, person.email)
    return person


def _citizen_named_by(token: str, people: QuerySet[Citizen], *, at: datetime) -> Citizen | None:
    try:
        key, digest, until = _SIGNER.unsign(token).split(".")
    except BadSignature:
        return None
    if at >= datetime.fromtimestamp(int(until), tz=UTC):
        return None
    person = people.filter(pk=UUID(hex=key)).first()
    return person if person is not None and constant_time_compare(digest, _digest(person.email)) else None


def token_for(citizen: Citizen, *, at: datetime) -> str:
    """Return the signed token of a link: citizen id, keyed hash of the address, expiry; no personal data."""
    until = int((at + LINK_LIFE).timestamp())
    return _SIGNER.sign(f"{citizen.pk.hex}.{_digest(citizen.email)}.{until}")


def _digest(address: str) -> str:
    return lookup(address.lower(), purpose="email")[:32]


# ---- notices ----


def _replace(locked: Citizen, address: str, *, at: datetime) -> None:
    """Replace the address, or remove it; the old address is notified if it was confirmed."""
    before = locked.confirmed_email
    if locked.email:
        locked.keep_earlier()
    locked.email = address
    locked.email_confirmed_at = None
    if not address:
        locked.notify_by = Channel.SMS
    locked.save(update_fields=["email", "email_confirmed_at", "notify_by", "earlier"])
    # Only the link goes to an unconfirmed address: messages that wait to leave by e-mail go by SMS.
    readdress(citizen_key(locked.pk), Channel.EMAIL, "", at=at)
    if before:
        old = _notice(locked, "email_changed", before, whose="old")
        outbox.owe([old], occasion=_occasion(locked, at), at=at)


def _owe_link(citizen: Citizen, *, at: datetime, silent: bool = False) -> None:
    """Owe the link; above the limit of the address it is written too, but expires before it can be sent.

    It is sent in the lane of codes: it also goes to an address marked as unreachable, overtakes waiting notices, and
    is not sent by another channel.
    """
    with override(citizen.language):
        path = reverse("account-email-confirm", args=[token_for(citizen, at=at)])
    is_allowed = rate_limits.allows(rate_limits.EMAIL_LINKS_PER_EMAIL, citizen.email.lower(), at=at)
    outbox.owe(
        [_notice(citizen, "email_confirm", citizen.email, whose="new", url=settings.PUBLIC_URL + path)],
        occasion=_occasion(citizen, at),
        at=at,
        lane=Lane.CODES,
        expires_at=at + LINK_LIFE if is_allowed and not silent else at,
    )


def _notice(citizen: Citizen, template: str, address: str, *, whose: str, **context: str) -> outbox.Notice:
    # The recipient is this one address of the citizen: the notice must not be sent to another one.
    return outbox.Notice(
        template=template,
        channel=Channel.EMAIL,
        recipient=citizen_key(citizen.pk, whose=whose),
        address=address,
        language=citizen.language,
        context=context,
    )


def _occasion(citizen: Citizen, at: datetime) -> str:
    return f"email:{citizen.pk}:{at.isoformat()}"
