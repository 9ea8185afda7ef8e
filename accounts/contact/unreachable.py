"""Remembers at sign-in that messages to a citizen's phone or e-mail address do not arrive, for pages to say so."""

from __future__ import annotations

from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Citizen
from notifications.addresses import address_status
from notifications.models import Channel

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
