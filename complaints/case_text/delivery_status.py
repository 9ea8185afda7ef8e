"""The delivery status of a message in words, for staff and for the citizen who should get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.identity.disclosure import mask_phone
from accounts.phones import DOT
from notifications.models import LEFT, REPEATABLE, CallOutcome, CallTask, Channel, Message, MessageState
from notifications.models.addresses import PushAddress
from notifications.runtime import timings
from notifications.sending.quiet_hours import morning_after, quiet_hours

#: The encrypted fields of a message, which no list decrypts.
SEALED: Final = ("address", "next_address", "other_address", "subject", "body", "context")

#: A message that could have been sent for this long and was not is shown as held up.
HELD_UP_AFTER: Final = timedelta(minutes=2)
#: The number of dots for a name of any length, so that they do not reveal it.
_HIDDEN: Final = 3


@dataclass(frozen=True)
class DeliveryStatus:
    """A status word with its colour, a sentence that may end in a moment, and what happens next."""

    word: str
    kind: str
    text: str
    at: datetime | None
    follows: str


def for_staff(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return the status of a message for staff; ``repeated`` is the message that replaced it."""
    return _status(
        message, _STAFF, [_repetition_sentence(message, repeated), _call_for_staff(_replacing_call(message))], at=at
    )


def for_citizen(message: Message, *, at: datetime, repeated: Message | None = None) -> DeliveryStatus:
    """Return the status of a message for its citizen; ``repeated`` is the message that replaced it."""
    return _status(
        message, _CITIZEN, [_repetition_sentence(message, repeated), _call_for_citizen(_replacing_call(message))], at=at
    )


def repetitions_in(messages: Iterable[Message]) -> dict[object, Message]:
    """Return the newest repetition of each of ``messages``, which are in the order they were made, by its key."""
    return {message.repeats_id: message for message in messages if message.repeats_id is not None}


def masked_address(message: Message) -> str:
    """Return the address of a message with all but its ends masked."""
    if message.channel == Channel.SMS:
        return mask_phone(message.address)
    if message.channel in REPEATABLE:
        return _host(message)
    name, _at, host = message.address.rpartition("@")
    return f"{name[:1]}{DOT * _HIDDEN}@{host}"


def _host(message: Message) -> str:
    """Return where a program or a push service is called; its whole address is as good as a key."""
    try:
        is_push = message.channel == Channel.PUSH
        url = PushAddress.read(message.address).endpoint if is_push else message.address
        return urlsplit(url).hostname or DOT * _HIDDEN
    except ValueError:
        return DOT * _HIDDEN


# ---- how far a message has come ----


class _Progress(Enum):
    """How far a message has come, in more detail than its state."""

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


#: For the states that need no further distinction.
_BY_STATE: Final[Mapping[str, _Progress]] = {
    MessageState.SENDING: _Progress.SENDING,
    MessageState.ACCEPTED: _Progress.ACCEPTED,
    MessageState.DELIVERED: _Progress.DELIVERED,
    MessageState.UNDELIVERABLE: _Progress.FAILED,
    MessageState.CANCELLED: _Progress.OVERTAKEN,
    MessageState.EXPIRED: _Progress.EXPIRED,
}


def _progress(message: Message, at: datetime) -> tuple[_Progress, datetime | None]:
    """Return the progress of a message, and the moment that belongs to it."""
    match message.state:
        case MessageState.PENDING:
            return _waits(message, at)
        case MessageState.UNKNOWN:
            since = message.unsure_since
            is_old = since is not None and at - since >= timings().until_decision
            return (_Progress.UNDECIDED if is_old else _Progress.UNKNOWN), since
        case MessageState.ACCEPTED:
            return _Progress.ACCEPTED, message.accepted_at
    return _BY_STATE[message.state], message.settled_at


def _waits(message: Message, at: datetime) -> tuple[_Progress, datetime | None]:
    morning = morning_after(at) if message.daytime and message.channel == Channel.SMS else None
    waits = [
        (_Progress.PLANNED, message.not_before),
        (_Progress.AGAIN, message.next_try_at),
        (_Progress.NIGHT, morning),
    ]
    later = [(progress, until) for progress, until in waits if until is not None and until > at]
    if later:
        return max(later, key=lambda pair: pair[1])
    return (_Progress.HELD_UP if at - _could_leave_since(message, at) >= HELD_UP_AFTER else _Progress.WAITING), None


def _could_leave_since(message: Message, at: datetime) -> datetime:
    """Return since when a waiting message could have been sent."""
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
    """The word, its colour and the sentence of one progress; what is ``dated`` ends in a moment, the word alone too."""

    word: StrPromise
    kind: str
    text: StrPromise | str = ""
    dated: bool = False


_WAITS = pgettext_lazy("state of a message", "Waiting")
_SENDING = pgettext_lazy("state of a message", "Being sent")
_DELIVERED = pgettext_lazy("state of a message", "Delivered")
_FAILED = pgettext_lazy("state of a message", "Not delivered")
_UNKNOWN = pgettext_lazy("state of a message", "Not certain")
_NOT_SENT = pgettext_lazy("state of a message", "Not sent")
_PLANNED = gettext_lazy("It will be sent on")
_SOON = gettext_lazy("It is about to be sent.")
_HELD_UP = gettext_lazy("Sending is delayed at the moment. The message will be sent automatically.")
_TOO_LATE = gettext_lazy("It could not be sent in time and is no longer needed.")
_ASKED = gettext_lazy("We do not know yet whether it arrived. We are checking.")

_STAFF: Final[Mapping[_Progress, _Words]] = {
    _Progress.PLANNED: _Words(_WAITS, "wait", _PLANNED, dated=True),
    _Progress.NIGHT: _Words(
        _WAITS, "wait", gettext_lazy("We do not send this message at night. It will be sent on"), dated=True
    ),
    _Progress.AGAIN: _Words(_WAITS, "warn", gettext_lazy("An attempt failed. The next one is on"), dated=True),
    _Progress.WAITING: _Words(_WAITS, "wait", _SOON),
    _Progress.HELD_UP: _Words(_WAITS, "warn", _HELD_UP),
    _Progress.SENDING: _Words(_SENDING, "wait"),
    _Progress.ACCEPTED: _Words(pgettext_lazy("state of a message", "Sent to carrier"), "info", dated=True),
    _Progress.DELIVERED: _Words(_DELIVERED, "ok", dated=True),
    _Progress.FAILED: _Words(_FAILED, "bad", gettext_lazy("Known since"), dated=True),
    _Progress.UNKNOWN: _Words(
        _UNKNOWN, "warn", gettext_lazy("We have been checking with the carrier since"), dated=True
    ),
    _Progress.UNDECIDED: _Words(
        _UNKNOWN, "bad", gettext_lazy("Staff must decide whether the carrier accepted it. Open since"), dated=True
    ),
    _Progress.OVERTAKEN: _Words(
        pgettext_lazy("state of a message", "Superseded"),
        "",
        gettext_lazy("No longer needed since"),
        dated=True,
    ),
    _Progress.EXPIRED: _Words(_NOT_SENT, "bad", _TOO_LATE),
}
_CITIZEN: Final[Mapping[_Progress, _Words]] = {
    _Progress.PLANNED: _Words(_WAITS, "", _PLANNED, dated=True),
    _Progress.NIGHT: _Words(
        _WAITS, "", gettext_lazy("We do not send this message at night. It will be sent on"), dated=True
    ),
    _Progress.AGAIN: _Words(_WAITS, "", gettext_lazy("It has not been sent yet. We will try again on"), dated=True),
    _Progress.WAITING: _Words(_WAITS, "", _SOON),
    _Progress.HELD_UP: _Words(_WAITS, "", _HELD_UP),
    _Progress.SENDING: _Words(_SENDING, ""),
    _Progress.ACCEPTED: _Words(pgettext_lazy("state of a message", "Sent"), "info", dated=True),
    _Progress.DELIVERED: _Words(_DELIVERED, "ok", dated=True),
    _Progress.FAILED: _Words(_FAILED, "warn"),
    _Progress.UNKNOWN: _Words(_UNKNOWN, "warn", _ASKED),
    _Progress.UNDECIDED: _Words(_UNKNOWN, "warn", _ASKED),
    _Progress.OVERTAKEN: _Words(_NOT_SENT, "", gettext_lazy("It was no longer needed.")),
    _Progress.EXPIRED: _Words(_NOT_SENT, "warn", _TOO_LATE),
}


def _status(
    message: Message, table: Mapping[_Progress, _Words], follows: Iterable[str], *, at: datetime
) -> DeliveryStatus:
    progress, moment = _progress(message, at)
    words = table[progress]
    says_nothing = words.dated and moment is None
    return DeliveryStatus(
        word=str(words.word),
        kind=words.kind,
        text="" if says_nothing else str(words.text),
        at=moment if words.dated else None,
        follows=" ".join(filter(None, follows)),
    )


def _repetition_sentence(message: Message, repeated: Message | None) -> str:
    if repeated is None:
        return ""
    if repeated.channel == message.channel:
        return _("We sent it again.")
    is_email = repeated.channel == Channel.EMAIL
    if message.state in LEFT:
        return _("We sent it by e-mail too.") if is_email else _("We sent it by SMS too.")
    return _("We sent it by e-mail instead.") if is_email else _("We sent it by SMS instead.")


def _replacing_call(message: Message) -> CallTask | None:
    """Return the call that replaces a message, which was fetched with it."""
    return getattr(message, "call_task", None)


def _call_for_staff(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("The person was told by phone.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("We called, but the number belongs to someone else.")
        case CallTask(tries=0):
            return _("The contact centre will call the person.")
    words = ngettext(
        "We called the person %(count)s time without an answer.",
        "We called the person %(count)s times without an answer.",
        call.tries,
    )
    return words % {"count": call.tries}


def _call_for_citizen(call: CallTask | None) -> str:
    match call:
        case None:
            return ""
        case CallTask(outcome=CallOutcome.REACHED):
            return _("We told you by phone.")
        case CallTask(outcome=CallOutcome.WRONG_NUMBER):
            return _("We called, but the number we have is not yours. Please correct it in your account.")
        case CallTask(tries=0):
            return _("We will call you.")
    return _("We called you and got no answer. We will call again.")
