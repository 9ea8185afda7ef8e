"""People as messages know them: the key of a recipient, and what a member of staff is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import translation

from accounts.models import User
from notifications.models import Channel
from notifications.outbox import Notice

#: The words of a message, read in the language of its reader.
type Words = Callable[[], Mapping[str, str]]

#: How the key of a citizen begins, that of a member of staff, and that of a directorate.
CITIZEN: Final = "citizen:"
STAFF: Final = "user:"
DIRECTORATE: Final = "directorate:"

LETTER: Final = (Channel.EMAIL,)
LETTER_AND_RING: Final = (Channel.EMAIL, Channel.SMS)
_ADDRESSES: Final[Mapping[Channel, Callable[[User], str]]] = {
    Channel.EMAIL: lambda user: user.email,
    Channel.SMS: lambda user: user.phone,
}


def citizen_key(pk: UUID, *, whose: str = "") -> str:
    """Return the key of a citizen; with ``whose`` that of one address of theirs, which follows them to no other."""
    return f"{CITIZEN}{pk}:{whose}" if whose else f"{CITIZEN}{pk}"


def staff_key(pk: UUID) -> str:
    """Return the key of a member of staff, as a recipient and as whoever did something to a message."""
    return f"{STAFF}{pk}"


def directorate_key(pk: int) -> str:
    """Return the key of a directorate, which has an address of its own."""
    return f"{DIRECTORATE}{pk}"


def to_staff(
    template: str,
    user: User,
    words: Words,
    *,
    by: tuple[Channel, ...],
    reference: str = "",
    daytime: bool = True,
    rings_from: Callable[[], datetime | None] | None = None,
) -> Iterator[Notice]:
    """Yield a notice for each channel of ``by`` at which ``user`` has an address, so that none stands in for another.

    ``rings_from`` says when the telephone may ring, None being at once; it is asked only if one is to ring.
    """
    with translation.override(user.language):
        said = words()
    for channel in by:
        if address := _ADDRESSES[channel](user):
            yield Notice(
                template=template,
                channel=channel,
                recipient=staff_key(user.pk),
                address=address,
                language=user.language,
                context=said,
                reference=reference,
                daytime=daytime,
                not_before=rings_from() if rings_from and channel == Channel.SMS else None,
            )
