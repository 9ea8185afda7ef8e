"""Tells people, when they sign in, that messages to their telephone or e-mail address do not reach them."""

from __future__ import annotations

from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Citizen
from notifications import standing
from notifications.models import Channel

#: Where the session keeps it: the verdict by channel, and neither number nor address.
KEY: Final = "unreachable"


def look(session: SessionBase, citizen: Citizen) -> bool:
    """Keep in the session what is held against the addresses of whoever signs in; tell whether there is anything.

    One statement at the door, so that no page needs another.
    """
    addresses = [(Channel.SMS, citizen.phone), (Channel.EMAIL, citizen.email)]
    held = {str(channel): str(verdict) for (channel, _), verdict in standing.verdicts(addresses).items()}
    if held:
        session[KEY] = held
    return bool(held)


def forget(session: SessionBase, channel: Channel) -> None:
    """Say no more of an address that was proven or changed in this session."""
    held = dict(session.get(KEY, {}))
    if held.pop(str(channel), None) is None:
        return
    if held:
        session[KEY] = held
    else:
        del session[KEY]
