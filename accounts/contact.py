"""How a person is reached: recipient keys, channel, e-mail address, undeliverable addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.core.signing import BadSignature
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from accounts import rate_limits
from accounts.models import Citizen, User
from accounts.models.users import SmsAbout
from kit.crypto import lookup
from kit.link_pages import link_signer
from notifications import addresses as address_status, outbox
from notifications.actions import readdress
from notifications.models import Channel, Lane, PushSubscription
from notifications.models.addresses import PushAddress
from notifications.outbox import Notice

# ---- The keys by which messages name their recipients, and notices to staff. ----


#: Returns the placeholders of a message; called with the recipient's language active.
type ContextBuilder = Callable[[], Mapping[str, str]]

#: How the keys of citizens, staff and directorates begin.
CITIZEN_PREFIX: Final = "citizen:"
STAFF_PREFIX: Final = "user:"
DIRECTORATE_PREFIX: Final = "directorate:"

BY_EMAIL: Final = (Channel.EMAIL,)
BY_EMAIL_AND_SMS: Final = (Channel.EMAIL, Channel.SMS)
_ADDRESSES: Final[Mapping[Channel, Callable[[User], str]]] = {
    Channel.EMAIL: lambda user: user.email,
    Channel.SMS: lambda user: user.phone,
}


def citizen_key(pk: UUID, *, whose: str = "") -> str:
    """Return the key of a citizen; with ``whose`` the key of one address, whose messages follow to no other address."""
    return f"{CITIZEN_PREFIX}{pk}:{whose}" if whose else f"{CITIZEN_PREFIX}{pk}"


def staff_key(pk: UUID) -> str:
    """Return the key of a member of staff, as the recipient of a message and as the actor on one."""
    return f"{STAFF_PREFIX}{pk}"


def directorate_key(pk: int) -> str:
    """Return the key of a directorate, which has an e-mail address of its own."""
    return f"{DIRECTORATE_PREFIX}{pk}"


def to_staff(
    template: str,
    user: User,
    build_context: ContextBuilder,
    *,
    by: tuple[Channel, ...],
    reference: str = "",
    daytime: bool = True,
    sms_not_before: Callable[[], datetime | None] | None = None,
) -> Iterator[Notice]:
    """Yield a notice for each channel of ``by`` for which ``user`` has an address; none replaces another.

    Whoever wants an SMS about urgent cases only gets none of a notice that may wait for the day (``daytime``).
    ``sms_not_before`` returns the earliest moment for an SMS, None for at once; it is called only for an SMS.
    """
    with translation.override(user.language):
        context = build_context()
    for channel in by:
        is_unwanted = channel == Channel.SMS and daytime and user.sms_about == SmsAbout.URGENT
        if not is_unwanted and (address := _ADDRESSES[channel](user)):
            yield Notice(
                template=template,
                channel=channel,
                recipient=staff_key(user.pk),
                address=address,
                language=user.language,
                context=context,
                reference=reference,
                daytime=daytime,
                not_before=sms_not_before() if sms_not_before and channel == Channel.SMS else None,
            )


# ---- The channel, address and language by which a citizen is notified now. ----


@dataclass(frozen=True)
class ContactChannel:
    """Channel, address and language of a message, and the address to use when it cannot be delivered there."""

    channel: Channel
    address: str = field(repr=False)
    other_address: str = field(repr=False)
    language: str


def contact_channel(citizen: Citizen, wish: str = "") -> ContactChannel:
    """Return how ``citizen`` is notified: by the channel ``wish`` of a case, or else by the citizen's own choice.

    Without a confirmed e-mail address it is SMS, whatever was chosen; for somebody abroad to whose number we send no
    SMS it is e-mail. ``other_address`` is empty where there is none. The language is the citizen's present one, for old
    cases too. Makes no query.
    """
    email = citizen.confirmed_email
    if citizen.is_reached_by_email_only:
        return ContactChannel(Channel.EMAIL, email, "", citizen.language)
    if (wish or citizen.notify_by) == Channel.EMAIL and email:
        return ContactChannel(Channel.EMAIL, email, citizen.phone, citizen.language)
    return ContactChannel(Channel.SMS, citizen.phone, email, citizen.language)


# ---- A citizen's e-mail address: set, changed, removed, and confirmed by a link before other messages go
# there.


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


# ---- Notifications on the devices of a citizen: which browser has one, and that it ends when its person signs
# out.


_SALT: Final = "subscription of a browser"
#: As long as browsers keep a cookie.
_COOKIE_LIFE: Final = timedelta(days=400)


def notified_browsers(citizen: Citizen) -> list[PushSubscription]:
    """Return the browsers that show notifications to ``citizen``, the oldest first."""
    key = citizen_key(citizen.pk)
    return address_status.subscriptions_by_recipient([key]).get(key, [])


def subscribe(
    request: HttpRequest,
    response: HttpResponseBase,
    citizen: Citizen,
    address: PushAddress,
    *,
    device: str,
    at: datetime,
) -> None:
    """Let the browser of ``request`` show notifications to ``citizen``; repeating it is harmless."""
    before = _of_browser(request)
    row = address_status.subscribe(citizen_key(citizen.pk), address, device=device, at=at)
    if before is not None and before.pk != row.pk:
        # The browser has another endpoint by now, or shows them to somebody else.
        address_status.remove(before, at=at)
    response.set_cookie(
        settings.PUSH_COOKIE_NAME,
        signing.Signer(salt=_SALT).sign(str(row.pk)),
        max_age=_COOKIE_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def push_remove(citizen: Citizen, pk: UUID, *, at: datetime) -> None:
    """End the notifications on one of the citizen's browsers; one that is not theirs stays as it is."""
    for row in PushSubscription.objects.filter(pk=pk, recipient=citizen_key(citizen.pk)):
        address_status.remove(row, at=at)


def is_on_here(request: HttpRequest, browsers: Iterable[PushSubscription]) -> bool:
    """Tell whether the browser of ``request`` is one of ``browsers``."""
    return _key_of_browser(request) in {str(row.pk) for row in browsers}


def forget_browser(
    request: HttpRequest, response: HttpResponseBase, *, at: datetime, unless: User | None = None
) -> None:
    """End the notifications in the browser of ``request``: telephones are shared; those of ``unless`` go on."""
    row = _of_browser(request)
    if row is None or (unless is not None and _is_shown_to(row, unless)):
        return
    address_status.remove(row, at=at)
    response.delete_cookie(settings.PUSH_COOKIE_NAME, samesite="Lax")


def _is_shown_to(row: PushSubscription, user: User) -> bool:
    citizen = getattr(user, "citizen", None)
    return citizen is not None and row.recipient == citizen_key(citizen.pk)


def _of_browser(request: HttpRequest) -> PushSubscription | None:
    key = _key_of_browser(request)
    return PushSubscription.objects.filter(pk=key).first() if key else None


def _key_of_browser(request: HttpRequest) -> str:
    value = request.COOKIES.get(settings.PUSH_COOKIE_NAME, "")
    try:
        return signing.Signer(salt=_SALT).unsign(value) if value else ""
    except signing.BadSignature:
        return ""


# ---- Remembers at sign-in that messages to a citizen's phone or e-mail address do not arrive, for pages to say
# so.


#: The session keeps the verdict by channel, and neither number nor address.
SESSION_KEY: Final = "unreachable"


def remember(session: SessionBase, citizen: Citizen) -> bool:
    """Put the verdicts on the citizen's addresses into the session; tell whether there are any.

    One query at sign-in, so that no page needs one.
    """
    addresses = [(Channel.SMS, citizen.phone), (Channel.EMAIL, citizen.email)]
    held = {str(channel): str(verdict) for (channel, _), verdict in address_status.verdicts(addresses).items()}
    if held:
        session[SESSION_KEY] = held
    return bool(held)


def forget(session: SessionBase, channel: Channel) -> None:
    """Forget the verdict on an address that was proven or changed in this session."""
    held = dict(session.get(SESSION_KEY, {}))
    if held.pop(str(channel), None) is None:
        return
    if held:
        session[SESSION_KEY] = held
    else:
        del session[SESSION_KEY]


# ---- Messages about the account itself, such as a changed password or a confirmed identity; staff get them by
# e-mail.


def owe_password_changed(citizen: Citizen, *, at: datetime) -> None:
    """Owe the notice that the password changed, in the caller's transaction."""
    occasion = f"password:{citizen.user_id}:{at.isoformat()}"
    notice = account_notice(citizen, "password_changed", citizen.phone, other_address=citizen.confirmed_email)
    outbox.owe([notice], occasion=occasion, at=at)


def account_notice(
    citizen: Citizen, template: str, phone: str, *, whose: str = "", other_address: str = ""
) -> outbox.Notice:
    """Return an SMS about the account, sent at any hour; ``other_address`` gets it by e-mail if the SMS fails.

    For somebody abroad to whose number we send no SMS it is an e-mail.
    """
    by_email = citizen.is_reached_by_email_only and phone == citizen.phone
    return outbox.Notice(
        template=template,
        channel=Channel.EMAIL if by_email else Channel.SMS,
        recipient=citizen_key(citizen.pk, whose=whose),
        address=citizen.confirmed_email if by_email else phone,
        other_address="" if by_email else other_address,
        language=citizen.language,
        context={},
    )


def owe_to_staff(user: User, template: str, *, at: datetime) -> None:
    """Owe a member of staff a notice about the account, sent at any hour; in the caller's transaction."""
    notices = list(to_staff(template, user, dict, by=BY_EMAIL, daytime=False))
    outbox.owe(notices, occasion=f"{template}:{user.pk}:{at.isoformat()}", at=at)


def owe_about_identity(citizen: Citizen, template: str, *, at: datetime) -> None:
    """Owe a notice about the identity by the citizen's own channel, in the caller's transaction."""
    way = contact_channel(citizen)
    notice = outbox.Notice(
        template=template,
        channel=way.channel,
        recipient=citizen_key(citizen.pk),
        address=way.address,
        other_address=way.other_address,
        language=way.language,
        context={},
        daytime=True,
    )
    outbox.owe([notice], occasion=f"{template}:{citizen.pk}:{at.isoformat()}", at=at)
