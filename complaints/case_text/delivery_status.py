"""What became of a message, in plain words: for the desk, and for the citizen whom it was for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.identity.disclosure import mask_phone
from accounts.phones import DOT
from notifications.models import LEFT, CallOutcome, CallTask, Channel, Message, MessageState
from notifications.runtime.timings import timings
from notifications.sending.quiet_hours import morning_after, quiet_hours

#: What a message holds in cipher; no list opens it.
SEALED: Final = ("address", "next_address", "other_address", "subject", "body", "context")

#: What could have left for so long and has not is no longer "about to be sent".
HELD_UP_AFTER: Final = timedelta(minutes=2)
#: Dots for a name of any length, which tell nothing about it.
_HIDDEN: Final = 3


@dataclass(frozen=True)
class DeliveryStatus:
    """What became of a message: a word in its colour, a sentence with the moment it ends in, and what follows."""

    word: str
    kind: str
    text: str
    at: datetime | None
    follows: str


def for_staff(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return what staff read of a message; ``repeated`` is the one that took its place."""
    return _fate(message, _STAFF, [_again(message, repeated), _call_for_staff(_call_of(message))], at=at)


def for_citizen(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return what its citizen reads of a message; ``repeated`` is the one that took its place."""
    return _fate(message, _CITIZEN, [_again(message, repeated), _call_for_citizen(_call_of(message))], at=at)


def repetitions_in(messages: Iterable[Message]) -> dict[object, Message]:
    """Return, of messages told in the order they were made, the newest repetition of each by its key."""
    return {message.repeats_id: message for message in messages if message.repeats_id is not None}


def masked_address(message: Message) -> str:
    """Return the address a message goes to with all but its ends hidden."""
    if message.channel == Channel.SMS:
        return mask_phone(message.address)
    name, _at, host = message.address.rpartition("@")
    return f"{name[:1]}{DOT * _HIDDEN}@{host}"


# ---- where a message stands ----


class _Stand(Enum):
    """Where a message stands; finer than its state."""

    PLANNED = auto()
    NIGHT = auto()
    AGAIN = auto()
    WAITING = auto()
    HELD_UP = auto()
    SENDING = auto()
    ACCEPTED = auto()
    DELIVERED = auto()
    FAILED = auto()
    UNKNOWN = auto()
    UNDECIDED = auto()
    OVERTAKEN = auto()
    EXPIRED = auto()


#: Of the states that are but one stand.
_OF_STATE: Final[Mapping[str, _Stand]] = {
    MessageState.SENDING: _Stand.SENDING,
    MessageState.ACCEPTED: _Stand.ACCEPTED,
    MessageState.DELIVERED: _Stand.DELIVERED,
    MessageState.UNDELIVERABLE: _Stand.FAILED,
    MessageState.CANCELLED: _Stand.OVERTAKEN,
    MessageState.EXPIRED: _Stand.EXPIRED,
}


def _stand_of(message: Message, at: datetime) -> tuple[_Stand, datetime | None]:
    """Return where a message stands, and the moment that says more about it."""
    match message.state:
        case MessageState.PENDING:
            return _waits(message, at)
        case MessageState.UNKNOWN:
            since = message.unsure_since
            is_old = since is not None and at - since >= timings().until_decision
            return (_Stand.UNDECIDED if is_old else _Stand.UNKNOWN), since
        case MessageState.ACCEPTED:
            return _Stand.ACCEPTED, message.accepted_at
    return _OF_STATE[message.state], message.settled_at


def _waits(message: Message, at: datetime) -> tuple[_Stand, datetime | None]:
    morning = morning_after(at) if message.daytime and message.channel == Channel.SMS else None
    waits = [
        (_Stand.PLANNED, message.not_before),
        (_Stand.AGAIN, message.next_try_at),
        (_Stand.NIGHT, morning),
    ]
    later = [(stand, until) for stand, until in waits if until is not None and until > at]
    if later:
        return max(later, key=lambda pair: pair[1])
    return (_Stand.HELD_UP if at - _could_leave_since(message, at) >= HELD_UP_AFTER else _Stand.WAITING), None


def _could_leave_since(message: Message, at: datetime) -> datetime:
    """Return since when nothing of its own keeps a message that waits."""
    waited = [message.created_at, message.not_before, message.next_try_at]
    if message.daytime and message.channel == Channel.SMS:
        waited.append(_last_morning(at))
    return max(moment for moment in waited if moment is not None)


def _last_morning(at: datetime) -> datetime | None:
    """Return the newest end of quiet hours before ``at``."""
    hours = quiet_hours()
    if hours is None:
        return None
    local = timezone.localtime(at)
    morning = datetime.combine(local.date(), hours[1], tzinfo=local.tzinfo)
    return morning if morning <= local else morning - timedelta(days=1)


# ---- words ----


@dataclass(frozen=True)
class _Words:
    """The word, its colour and the sentence of one stand; a dated sentence runs into a moment."""

    word: StrPromise
    kind: str
    text: StrPromise | str = ""
    dated: bool = False


_WAITS = pgettext_lazy("state of a message", "Waiting")
_SENDING = pgettext_lazy("state of a message", "Being sent")
_DELIVERED = pgettext_lazy("state of a message", "Delivered")
_FAILED = pgettext_lazy("state of a message", "Could not be delivered")
_UNKNOWN = pgettext_lazy("state of a message", "Not certain")
_NOT_SENT = pgettext_lazy("state of a message", "Not sent")
_ARRIVED = gettext_lazy("It arrived on")
_PLANNED = gettext_lazy("It is sent on")
_SOON = gettext_lazy("It is about to be sent.")
_HELD_UP = gettext_lazy("Sending is held up at the moment. It leaves by itself as soon as that is over.")
_TOO_LATE = gettext_lazy("It could not leave in time, and later it would have been of no use.")
_ASKED = gettext_lazy("We do not know yet whether it arrived, and are asking.")

_STAFF: Final[Mapping[_Stand, _Words]] = {
    _Stand.PLANNED: _Words(_WAITS, "wait", _PLANNED, dated=True),
    _Stand.NIGHT: _Words(_WAITS, "wait", gettext_lazy("It wakes nobody at night. It is sent on"), dated=True),
    _Stand.AGAIN: _Words(_WAITS, "warn", gettext_lazy("A try did not succeed. The next one is on"), dated=True),
    _Stand.WAITING: _Words(_WAITS, "wait", _SOON),
    _Stand.HELD_UP: _Words(_WAITS, "warn", _HELD_UP),
    _Stand.SENDING: _Words(_SENDING, "wait"),
    _Stand.ACCEPTED: _Words(
        pgettext_lazy("state of a message", "Handed over"), "info", gettext_lazy("The carrier took it on"), dated=True
    ),
    _Stand.DELIVERED: _Words(_DELIVERED, "ok", _ARRIVED, dated=True),
    _Stand.FAILED: _Words(_FAILED, "bad", gettext_lazy("This is known since"), dated=True),
    _Stand.UNKNOWN: _Words(
        _UNKNOWN, "warn", gettext_lazy("The carrier is being asked whether it took it, since"), dated=True
    ),
    _Stand.UNDECIDED: _Words(
        _UNKNOWN, "bad", gettext_lazy("A person has to decide whether the carrier took it. Open since"), dated=True
    ),
    _Stand.OVERTAKEN: _Words(
        pgettext_lazy("state of a message", "Overtaken"),
        "",
        gettext_lazy("Something newer took its place on"),
        dated=True,
    ),
    _Stand.EXPIRED: _Words(_NOT_SENT, "bad", _TOO_LATE),
}
_CITIZEN: Final[Mapping[_Stand, _Words]] = {
    _Stand.PLANNED: _Words(_WAITS, "", _PLANNED, dated=True),
    _Stand.NIGHT: _Words(_WAITS, "", gettext_lazy("We do not wake you at night. It is sent on"), dated=True),
    _Stand.AGAIN: _Words(_WAITS, "", gettext_lazy("It has not gone through yet. We try again on"), dated=True),
    _Stand.WAITING: _Words(_WAITS, "", _SOON),
    _Stand.HELD_UP: _Words(_WAITS, "", _HELD_UP),
    _Stand.SENDING: _Words(_SENDING, ""),
    _Stand.ACCEPTED: _Words(
        pgettext_lazy("state of a message", "Sent"),
        "info",
        gettext_lazy("We handed it over for delivery on"),
        dated=True,
    ),
    _Stand.DELIVERED: _Words(_DELIVERED, "ok", _ARRIVED, dated=True),
    _Stand.FAILED: _Words(_FAILED, "warn"),
    _Stand.UNKNOWN: _Words(_UNKNOWN, "warn", _ASKED),
    _Stand.UNDECIDED: _Words(_UNKNOWN, "warn", _ASKED),
    _Stand.OVERTAKEN: _Words(_NOT_SENT, "", gettext_lazy("Something newer took its place.")),
    _Stand.EXPIRED: _Words(_NOT_SENT, "warn", _TOO_LATE),
}


def _fate(message: Message, table: Mapping[_Stand, _Words], follows: Iterable[str], *, at: datetime) -> DeliveryStatus:
    stand, moment = _stand_of(message, at)
    words = table[stand]
    says_nothing = words.dated and moment is None
    return DeliveryStatus(
        word=str(words.word),
        kind=words.kind,
        text="" if says_nothing else str(words.text),
        at=moment if words.dated else None,
        follows=" ".join(filter(None, follows)),
    )


def _again(message: Message, repeated: Message | None) -> str:
    if repeated is None:
        return ""
    if repeated.channel == message.channel:
        return _("We sent it once more.")
    is_email = repeated.channel == Channel.EMAIL
    if message.state in LEFT:
        return _("We sent it by e-mail too.") if is_email else _("We sent it by SMS too.")
    return _("We sent it by e-mail instead.") if is_email else _("We sent it by SMS instead.")


def _call_of(message: Message) -> CallTask | None:
    """Return the call to make in place of a message, which was fetched with it."""
    return getattr(message, "call_task", None)


def _call_for_staff(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("The person was called and told.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("The person was called, and the number is somebody else's.")
        case CallTask(tries=0):
            return _("The contact centre is to call the person.")
    words = ngettext(
        "The person was called %(count)s time in vain.", "The person was called %(count)s times in vain.", call.tries
    )
    return words % {"count": call.tries}


def _call_for_citizen(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("We told you by telephone.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("We called, and the number we have is not yours. Please put it right in your account.")
        case CallTask(tries=0):
            return _("Somebody will call you.")
    return _("We called you and got no answer. Somebody will call again.")
