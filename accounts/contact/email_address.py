"""The e-mail address of a person: set, changed, removed, and confirmed by its owner before anything else goes there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from accounts import rate_limits
from accounts.contact.recipients import citizen_key
from accounts.models import Citizen
from kit.crypto import lookup
from notifications import outbox, standing
from notifications.models import Channel, Lane
from notifications.readdressing import readdress

LINK_LIFE: Final = timedelta(hours=48)
# A dot is nothing to a mail program; a colon at the end of a link is to some.
_SIGNER: Final = Signer(sep=".", salt="accounts.email")


# ---- what a person does with it ----


def change(citizen: Citizen, address: str, *, at: datetime) -> None:
    """Set the address and owe the link that confirms it; until then the person is told by SMS.

    The same address again is a wish for another link. Raise ``limits.TooMany`` after five links a day.
    """
    rate_limits.spend(rate_limits.EMAIL_LINKS_OF_CITIZEN, str(citizen.pk), at=at)
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if not is_same(locked.email, address):
            _replace(locked, address, at=at)
        _owe_link(locked, at=at)


def remove(citizen: Citizen, *, at: datetime) -> None:
    """Forget the address; from now on the person is told by SMS, old cases included."""
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if locked.email:
            _replace(locked, "", at=at)


def enter(citizen: Citizen, address: str, *, at: datetime) -> None:
    """Take the address a person registered with, in the caller's transaction; one that is confirmed already stays so.

    It never refuses: beyond a limit the link is written too, and expires before it can leave.
    """
    if not address or (citizen.email_confirmed_at and is_same(citizen.email, address)):
        return
    if not is_same(citizen.email, address):
        _replace(citizen, address, at=at)
    is_allowed = rate_limits.allows(rate_limits.EMAIL_LINKS_OF_CITIZEN, str(citizen.pk), at=at)
    _owe_link(citizen, at=at, silent=not is_allowed)


def is_same(one: str, other: str) -> bool:
    """Tell whether two addresses are one, as mail servers see it."""
    return one.lower() == other.lower()


# ---- the link ----


def read(token: str, *, at: datetime) -> Citizen | None:
    """Return whose address the link confirms: nobody's when it is forged, too old, or the address is another by now."""
    return _named(token, Citizen.objects.all(), at=at)


@transaction.atomic
def confirm(token: str, *, at: datetime) -> Citizen | None:
    """Confirm the address by its link and return whose it is; once more is harmless, and nobody by a link that is over.

    The row is locked first, so that no address is confirmed by the link of the one before.
    """
    person = _named(token, Citizen.objects.select_for_update(), at=at)
    if person is None:
        return None
    if person.email_confirmed_at is None:
        person.email_confirmed_at = at
        person.save(update_fields=["email_confirmed_at"])
    standing.clear(Channel.EMAIL, person.email)
    return person


def _named(token: str, people: QuerySet[Citizen], *, at: datetime) -> Citizen | None:
    try:
        key, digest, until = _SIGNER.unsign(token).split(".")
    except BadSignature:
        return None
    if at >= datetime.fromtimestamp(int(until), tz=UTC):
        return None
    person = people.filter(pk=UUID(hex=key)).first()
    return person if person is not None and constant_time_compare(digest, _digest(person.email)) else None


def token_for(citizen: Citizen, *, at: datetime) -> str:
    """Return what a link says: who, which address as a keyed hash, and until when; signed, and no personal data."""
    until = int((at + LINK_LIFE).timestamp())
    return _SIGNER.sign(f"{citizen.pk.hex}.{_digest(citizen.email)}.{until}")


def _digest(address: str) -> str:
    return lookup(address.lower(), purpose="email")[:32]


# ---- what is owed ----


def _replace(locked: Citizen, address: str, *, at: datetime) -> None:
    """Put another address, or none, in place of what there was; its owner is told if it was confirmed."""
    before = locked.confirmed_email
    locked.email = address
    locked.email_confirmed_at = None
    if not address:
        locked.notify_by = Channel.SMS
    locked.save(update_fields=["email", "email_confirmed_at", "notify_by"])
    # Nothing but the link goes to an address that is not confirmed: what waits to leave by e-mail goes by SMS.
    readdress(citizen_key(locked.pk), Channel.EMAIL, "", at=at)
    if before:
        gone = _notice(locked, "email_changed", before, whose="old")
        outbox.owe([gone], occasion=_occasion(locked, at), at=at)


def _owe_link(citizen: Citizen, *, at: datetime, silent: bool = False) -> None:
    """Owe the link; where the address has had enough of them today it is written all the same, and never leaves.

    It is a code of its kind: it goes to an address at which nothing else arrived, passes by waiting notices, and is
    not said by another way.
    """
    with override(citizen.language):
        path = reverse("account-email-confirm", args=[token_for(citizen, at=at)])
    is_allowed = rate_limits.allows(rate_limits.EMAIL_LINKS_OF_EMAIL, citizen.email.lower(), at=at)
    outbox.owe(
        [_notice(citizen, "email_confirm", citizen.email, whose="new", url=settings.PUBLIC_URL + path)],
        occasion=_occasion(citizen, at),
        at=at,
        lane=Lane.CODES,
        expires_at=at + LINK_LIFE if is_allowed and not silent else at,
    )


def _notice(citizen: Citizen, template: str, address: str, *, whose: str, **words: str) -> outbox.Notice:
    # The recipient is not the person but this address of theirs: the notice must not follow them to another.
    return outbox.Notice(
        template=template,
        channel=Channel.EMAIL,
        recipient=citizen_key(citizen.pk, whose=whose),
        address=address,
        language=citizen.language,
        context=words,
    )


def _occasion(citizen: Citizen, at: datetime) -> str:
    return f"email:{citizen.pk}:{at.isoformat()}"
