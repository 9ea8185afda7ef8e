"""What every carrier promises, and the choice of the carrier a channel uses."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from notifications.models import Channel

SETTINGS: Final = {Channel.SMS: "SMS_CARRIER", Channel.EMAIL: "EMAIL_CARRIER"}
SENDERS: Final = {Channel.SMS: "SMS_SENDER", Channel.EMAIL: "EMAIL_FROM"}


@dataclass(frozen=True)
class Accepted:
    """The carrier took the message and will deliver it."""

    provider_id: str


class NotSent(Exception):
    """It is certain that the carrier did not take the message: it may be handed over again."""

    def __init__(self, code: str = "") -> None:
        """Keep the carrier's code for the attempt; codes only, never the carrier's text, which may hold a number."""
        super().__init__(code)
        self.code = code


class Refused(Exception):
    """The carrier answered that it does not take the message: now, or (``permanent``) ever."""

    def __init__(self, code: str, *, permanent: bool) -> None:
        """Keep the carrier's code and whether asking again can help."""
        super().__init__(code)
        self.code = code
        self.permanent = permanent


class Uncertain(Exception):
    """The carrier may or may not have taken the message; any other exception means the same, and this has a code."""

    def __init__(self, code: str = "") -> None:
        """Keep the carrier's code for the attempt."""
        super().__init__(code)
        self.code = code


class Carrier(Protocol):
    """Someone who takes messages to people.

    ``send`` returns ``Accepted`` or raises ``Refused`` or ``NotSent``; any other exception leaves it unknown whether
    the message was taken, and the message is then never simply sent again. It sets its own timeouts, well under the
    lease of the sender, and repeats nothing by itself. Making one raises ImproperlyConfigured with a sentence that
    names the setting which is missing or wrong.
    """

    name: str

    def send(self, *, to: str, subject: str, body: str, language: str, message_id: str, sender: str) -> Accepted:
        """Hand one message over, once."""
        ...


def carrier_for(channel: Channel) -> Carrier:
    """Return this process's carrier of a channel, as the settings choose it."""
    setting = SETTINGS[channel]
    return make_carrier(setting, getattr(settings, setting))


def sender_for(channel: Channel) -> str:
    """Return the name or address the settings give as the sender of a channel."""
    return str(getattr(settings, SENDERS[channel]))


@cache
def make_carrier(setting: str, path: str) -> Carrier:
    """Return the carrier at a dotted path, made once in a process; raise ImproperlyConfigured naming ``setting``."""
    try:
        made: Carrier = import_string(path)()
    except ImportError as error:
        text = f"{setting} names no carrier: {path!r} cannot be imported."
        raise ImproperlyConfigured(text) from error
    return made
