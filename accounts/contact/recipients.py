"""The keys by which messages name their recipients, and notices to staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import translation

from accounts.models import User
from accounts.models.users import SmsAbout
from notifications.models import Channel
from notifications.outbox import Notice

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
