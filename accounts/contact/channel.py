"""The channel, address and language by which a citizen is notified now."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.models import Citizen
from notifications.models import Channel


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
