"""The interface of a carrier, what its answers mean, and the carriers that the settings choose for a channel."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Final, Protocol, Self, runtime_checkable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from notifications.models import Channel, Message

# A sender has so many messages on the wire, whatever the settings allow: as many are in doubt if it is killed.
MOST_IN_FLIGHT: Final = 50
SETTINGS: Final = {Channel.SMS: "SMS_CARRIERS", Channel.EMAIL: "EMAIL_CARRIERS", Channel.PUSH: "PUSH_CARRIERS"}


@dataclass(frozen=True)
class OutgoingMessage:
    """What a carrier needs of one message for one attempt.

    ``token``, if there is one, is printed in the body, and tells the message in a list. One without a token is told by
    its address and its whole text; ``known_ids`` are those under which the carrier has other messages to that address.
    ``template``, ``reference`` and ``date`` say what an e-mail is about, for how it is drawn.
    """

    message_id: str
    attempt_id: int
    to: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    language: str
    token: str = field(repr=False)
    known_ids: frozenset[str] = frozenset()
    template: str = ""
    reference: str = ""
    date: str = ""

    @classmethod
    def from_message(cls, message: Message, *, attempt_id: int, known_ids: frozenset[str] = frozenset()) -> Self:
        """Return what to hand over of a message in one attempt."""
        return cls(
            message_id=str(message.pk),
            attempt_id=attempt_id,
            to=message.address,
            subject=message.subject,
            body=message.body,
            language=message.language,
            token=message.token or "",
            known_ids=known_ids,
            template=message.template,
            reference=message.reference,
            date=json.loads(message.context or "{}").get("date", "") if message.channel == Channel.EMAIL else "",
        )


@dataclass(frozen=True)
class Accepted:
    """The carrier took the message and will deliver it."""

    provider_id: str


class Meaning(Enum):
    """What a carrier's "no" means for the message, its recipient and the route."""

    BUSY = auto()  # certainly not taken, and welcome later
    ACCOUNT = auto()  # certainly not taken: our account, sender or settings are refused, whatever the message
    DEAD = auto()  # nothing ever arrives at this address
    STOPPED = auto()  # the owner of the address asked not to be written to
    UNFIT = auto()  # this message is not taken, ever; the address may be good
    DOWN = auto()  # a program outside does not answer; it takes a message once, so that every call may be repeated


class Declined(Exception):
    """The carrier certainly did not take the message; ``meaning`` says what follows.

    ``code`` is the carrier's, for the attempt: codes only, never the carrier's text, which may hold a number.
    """

    def __init__(self, meaning: Meaning, code: str = "") -> None:
        """Take what is meant and the code."""
        super().__init__(code)
        self.meaning = meaning
        self.code = code


class Uncertain(Exception):
    """The carrier may or may not have taken the message; any other exception means the same, and this has a code."""

    def __init__(self, code: str = "") -> None:
        """Take the carrier's code, which is saved with the attempt."""
        super().__init__(code)
        self.code = code


class StatusUnavailable(Exception):
    """The carrier's list could not be read whole: a message that was not found may be there all the same."""


class Status(Enum):
    """What a carrier says later about a message it took."""

    TAKEN = auto()
    DELIVERED = auto()
    FAILED = auto()


@dataclass(frozen=True)
class StatusReport:
    """What a carrier says of one message: ``word`` is its own status, ``meaning`` why it failed, if it did.

    ``body`` and ``to`` are the text and the address in a list, by which the message is told.
    """

    provider_id: str
    status: Status
    word: str
    code: str = ""
    meaning: Meaning = Meaning.UNFIT
    body: str = field(default="", repr=False)
    to: str = field(default="", repr=False, compare=False)


class Carrier(Protocol):
    """A service that delivers messages to people.

    ``send`` returns ``Accepted`` or raises ``Declined``; any other exception leaves it unknown whether the message was
    taken, and the message is then never simply sent again. It sets its own timeouts, from ``timings()``, and repeats
    nothing by itself. Making one raises ImproperlyConfigured with a sentence that names the setting at fault.
    ``name`` is saved with every attempt: it stays the same as long as such rows exist.
    """

    name: str

    def send(self, message: OutgoingMessage) -> Accepted:
        """Hand one message over, once."""
        ...


@runtime_checkable
class ConcurrentCarrier(Carrier, Protocol):
    """A carrier whose ``send`` may be called in so many threads at once, and does not use the database."""

    in_flight: int


@runtime_checkable
class CheckableCarrier(Protocol):
    """A carrier that can be asked what became of a message; its methods raise StatusUnavailable if it cannot say."""

    def find(self, message: OutgoingMessage, *, since: datetime) -> StatusReport | None:
        """Return the message from the list of what was taken since then; None: not there.

        It is known by its token, or without one by its address and text under an id that is not among ``known_ids``.
        """
        ...

    def fetch(self, provider_id: str) -> StatusReport | None:
        """Return the message by the carrier's own id; None: the carrier knows no such id."""
        ...

    def listing(self, *, since: datetime, until: datetime) -> Iterator[StatusReport]:
        """Yield everything the carrier took in the span, oldest or newest first."""
        ...


def read_in_flight(setting: str) -> int:
    """Return how many calls at once a setting allows; raise ImproperlyConfigured naming it where it is out of range."""
    number: int = getattr(settings, setting)
    if not 1 <= number <= MOST_IN_FLIGHT:
        text = f"{setting} is not from 1 to {MOST_IN_FLIGHT}."
        raise ImproperlyConfigured(text) from None
    return number


def carriers_for(channel: Channel) -> tuple[Carrier, ...]:
    """Return this process's carriers of a channel to people, in the order of preference the settings give."""
    setting = SETTINGS[channel]
    return tuple(make_carrier(setting, path) for path in getattr(settings, setting))


def carrier_named(name: str) -> Carrier | None:
    """Return the carrier of this name, if the settings still choose it."""
    return next((carrier for channel in SETTINGS for carrier in carriers_for(channel) if carrier.name == name), None)


def checkable_carrier(name: str) -> CheckableCarrier | None:
    """Return the carrier of this name, if it can be asked about what it took."""
    carrier: object = carrier_named(name)
    return carrier if isinstance(carrier, CheckableCarrier) else None


@cache
def make_carrier(setting: str, path: str) -> Carrier:
    """Return the carrier at a dotted path, made once in a process; raise ImproperlyConfigured naming ``setting``."""
    try:
        made: Carrier = import_string(path)()
    except ImportError as error:
        text = f"{setting} names no carrier: {path!r} cannot be imported."
        raise ImproperlyConfigured(text) from error
    return made
