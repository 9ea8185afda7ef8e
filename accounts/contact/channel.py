"""How a person is reached at this moment: by which way, at which address, in which language."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.models import Citizen
from notifications.models import Channel


@dataclass(frozen=True)
class Reach:
    """Where a message goes now, where it goes when it cannot be delivered there, and in which language it speaks."""

    channel: Channel
    address: str = field(repr=False)
    other_address: str = field(repr=False)
    language: str


def reach(citizen: Citizen, wish: str = "") -> Reach:
    """Return how ``citizen`` is told, by the ``wish`` of a case, or by their own where there is none.

    E-mail is for confirmed addresses alone: without one it is SMS, whatever was wished. The other address is where
    they can be told too; empty where there is none. The language is the person's present one, for old cases as well.
    Asks the database nothing.
    """
    email = citizen.confirmed_email
    if (wish or citizen.notify_by) == Channel.EMAIL and email:
        return Reach(Channel.EMAIL, email, citizen.phone, citizen.language)
    return Reach(Channel.SMS, citizen.phone, email, citizen.language)
