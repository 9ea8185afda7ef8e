"""The way into the outbox: owe a message, cancel it, ask whether it left, find it by its short link."""

import json
import logging
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Now

from kit.compiled_inserts import insert_new
from notifications import addresses, runtime
from notifications.addresses import stripped_address
from notifications.models import (
    SETTLED,
    Channel,
    Endpoint,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    PushSubscription,
)
from notifications.models.addresses import PUSH_LIFE
from notifications.wordings import rendering
from notifications.wordings.composing import Rendered
from notifications.wordings.links import ALPHABET, DOT, LINK_LETTERS, common_context, short_link
from notifications.wordings.sms import segments

logger = logging.getLogger(__name__)

LINK_LIFE: Final = timedelta(days=30)
CODE_LIFE: Final = timedelta(minutes=10)
# Six letters make 10^10 tokens: a second draw is rare, a fifth means that something else is wrong.
DRAWS: Final = 5


class TokensExhausted(RuntimeError):
    """No free token was found for a message."""


@dataclass(frozen=True)
class Notice:
    """What a caller wants to tell somebody, and how.

    ``recipient`` is the caller's key for the person, never a name or a number. ``context`` has the keys that
    ``wordings.required_context(template)`` returns. A notice about a reference carries a short link to it if its
    wording has a place for one; ``linked=False`` keeps the link out. ``other_address`` is the person's address by the
    other channel, for when this one does not reach them; with ``must_reach`` the contact centre calls the person if
    neither does. ``daytime`` marks what may wait: an SMS for the morning, anything for the next day's spending.
    """

    template: str
    channel: Channel
    recipient: str
    address: str = field(repr=False)
    language: str
    context: "Mapping[str, str]" = field(repr=False)
    reference: str = ""
    linked: bool = True
    other_address: str = field(default="", repr=False)
    must_reach: bool = False
    daytime: bool = False
    not_before: datetime | None = None


def owe(
    notices: Sequence[Notice],
    *,
    occasion: str,
    at: datetime,
    lane: Lane = Lane.NOTICES,
    expires_at: datetime | None = None,
) -> list[Message]:
    """Record the messages an occasion owes, in the transaction of what it tells about; return the new ones.

    The workers are notified after the commit. The words are rendered and frozen here. What is already owed for the
    same occasion, channel and recipient is left as it is, so that calling twice is harmless. Codes expire after ten
    minutes unless told otherwise. One statement for any number of notices.
    Raises TransactionManagementError outside a transaction, WordingIncomplete, AddressRefused.
    """
    return owe_all([(occasion, notice) for notice in notices], at=at, lane=lane, expires_at=expires_at)


def owe_all(
    owed: Sequence[tuple[str, Notice]], *, at: datetime, lane: Lane = Lane.NOTICES, expires_at: datetime | None = None
) -> list[Message]:
    """Record the messages that several occasions owe, as ``owe`` does for one; one statement for all."""
    if not transaction.get_connection().in_atomic_block:
        text = "outbox.owe() belongs in the transaction of what the message tells about."
        raise transaction.TransactionManagementError(text)
    if lane == Lane.CODES:
        expires_at = expires_at or at + CODE_LIFE
    messages = _insert(owed, partial(_message, lane=lane, at=at, expires_at=expires_at, draw=_draw_token))
    if messages:
        transaction.on_commit(partial(runtime.notify_workers, lane), robust=True)
    if lane == Lane.NOTICES and settings.PUSH_CARRIERS:
        _owe_pushes(owed, at=at)
    return messages


def _owe_pushes(owed: Sequence[tuple[str, Notice]], *, at: datetime) -> None:
    """Owe the browsers of the recipients what is owed them, in addition; one statement, and one more if there are any.

    The sweep finds them within ten seconds. One that is not sent within a day is not sent any more.
    """
    browsers = addresses.subscriptions_by_recipient({notice.recipient for _, notice in owed})
    pushes = [
        (occasion, _push_notice(notice, browser))
        for occasion, notice in owed
        for browser in browsers.get(notice.recipient, ())
        if rendering.current_wording(notice.template, notice.language).has_text_for(Channel.PUSH)
    ]
    made = partial(_message, lane=Lane.WEBHOOKS, at=at, expires_at=at + PUSH_LIFE, draw=_draw_token)
    _insert(pushes, made)


def _push_notice(notice: Notice, browser: PushSubscription) -> Notice:
    return replace(
        notice,
        channel=Channel.PUSH,
        recipient=browser.key,
        address=browser.address,
        other_address="",
        must_reach=False,
    )


def owe_call(
    endpoint: Endpoint,
    *,
    template: str,
    body: Mapping[str, Any],
    occasion: str,
    reference: str,
    at: datetime,
    not_before: datetime | None = None,
) -> Message | None:
    """Record a call that is owed to a program outside, in the transaction of what it tells about; None if it is owed.

    ``body`` is sent as JSON, frozen and encrypted here; the key of the message is the id of the call at every try.
    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        text = "outbox.owe_call() belongs in the transaction of what the call tells about."
        raise transaction.TransactionManagementError(text)
    message = Message(
        occasion=occasion,
        template=template,
        channel=Channel.WEBHOOK,
        lane=Lane.WEBHOOKS,
        recipient=endpoint.name,
        reference=reference,
        language="en",
        address=endpoint.url,
        subject="",
        body=json.dumps(body, ensure_ascii=False),
        not_before=not_before,
        **_beginning(at, None),
    )
    # The sweep finds it within ten seconds; a signal for each would keep the processes of scheduled tasks busy.
    return message if message.pk in insert_new([message]) else None


def cancel(
    *,
    reference: str,
    templates: Collection[str] | None = None,
    occasion: str | None = None,
    recipient: str | None = None,
    at: datetime,
) -> list[str]:
    """Cancel what is owed about a reference, to one ``recipient`` or all, and has not left; return the templates.

    In the caller's transaction the rows are locked, so that no sender claims them before the commit: cancel first,
    then ask ``has_left``. What has left is not sent again, neither by this channel nor by another.
    """
    overtaken = Message.objects.filter(reference=reference)
    if templates is not None:
        overtaken = overtaken.filter(template__in=templates)
    if occasion is not None:
        overtaken = overtaken.filter(occasion=occasion)
    if recipient is not None:
        overtaken = overtaken.filter(recipient=recipient)
    return _cancel(overtaken, at=at)


def cancel_shared(*, recipient: str, other: str, at: datetime) -> None:
    """Cancel what is owed to ``recipient`` of what ``other`` is told too, has a reference and has not left.

    As ``cancel``, browsers included; what ``recipient`` is told alone stays.
    """
    told = Message.objects.filter(occasion=OuterRef("occasion"), recipient=other)
    owed = Message.objects.filter(Q(recipient=recipient) | Q(recipient__startswith=f"{recipient}:"), Exists(told))
    _cancel(owed.exclude(reference="").exclude(state__in=SETTLED), at=at)


def _cancel(overtaken: MessageQuerySet, *, at: datetime) -> list[str]:
    """Cancel what of ``overtaken`` has not left, and let what may have left end; return the templates cancelled."""
    # Locked in one statement: a message that a sender gives back between two would be in neither.
    found = list(overtaken.order_by("pk").select_for_update().values_list("pk", "state", "template"))
    waiting = {pk: template for pk, state, template in found if state == MessageState.PENDING}
    if found:
        Message.objects.filter(pk__in=[pk for pk, _state, _template in found]).update(expires_at=Now())
    if waiting:
        Message.objects.filter(pk__in=waiting).update(state=MessageState.CANCELLED, settled_at=at)
    return list(waiting.values())


def restore(*, reference: str, cancelled_at: datetime, but: Collection[str]) -> int:
    """Owe again what was cancelled about a reference at ``cancelled_at``, because what overtook it was undone.

    Returns how many; what belongs to the occasions ``but`` stays cancelled. The sweep finds them within ten seconds.
    """
    overtaken = Message.objects.filter(reference=reference, state=MessageState.CANCELLED, settled_at=cancelled_at)
    # Of all messages about a case, only those to browsers end by themselves.
    expires_at = Case(When(channel=Channel.PUSH, then=F("created_at") + PUSH_LIFE), default=None)
    return overtaken.exclude(occasion__in=but).update(
        state=MessageState.PENDING, settled_at=None, expires_at=expires_at
    )


def has_left(occasion: str) -> bool:
    """Tell whether a person may already have read a message of this occasion; one being sent counts."""
    return Message.objects.filter(occasion=occasion).left().exists()


def is_owed(occasion: str) -> bool:
    """Tell whether any message of this occasion was ever owed, whatever became of it."""
    return Message.objects.filter(occasion=occasion).exists()


def left_among(occasions: Collection[str]) -> set[str]:
    """Return of which ``occasions`` a person may already have read a message; one statement."""
    return set(Message.objects.filter(occasion__in=occasions).left().values_list("occasion", flat=True))


def message_by_link(token: str, *, at: datetime) -> Message | None:
    """Return the message whose short link ends in ``token``, unless the link is older than thirty days."""
    return Message.objects.filter(token=token, linked=True, created_at__gt=at - LINK_LIFE).first()


def preview(notice: Notice, *, at: datetime) -> Message:
    """Return, unsaved, the message ``owe`` would make of a notice, with dots in place of the random token."""
    return _message(notice, occasion="", lane=Lane.NOTICES, at=at, expires_at=None, draw=lambda length: DOT * length)


def owe_again(message: Message, *, channel: Channel, address: str, occasion: str, at: datetime) -> Message | None:
    """Owe what a message told once more, by a channel to an address; None if that is owed already.

    The new message has the first one's lane and ``daytime``, and points to the first one as the one it repeats.
    """
    by_other = channel != message.channel
    notice = Notice(
        template=message.template,
        channel=channel,
        recipient=message.recipient,
        address=address,
        language=message.language,
        context=json.loads(message.context or "{}"),
        reference=message.reference,
        linked=message.linked or by_other,
        # The first address is kept as the other one: it is the person's number, and is not owed the occasion again.
        other_address=message.address_now if by_other else message.other_address or "",
        must_reach=message.must_reach,
        daytime=message.daytime,
    )
    made = owe([notice], occasion=occasion, at=at, lane=Lane(message.lane))
    for again in made:
        again.repeats = message
        again.save(update_fields=["repeats"])
    return made[0] if made else None


def _insert(owed: Sequence[tuple[str, Notice]], made: "partial[Message]") -> list[Message]:
    """Insert what is not owed yet; a message whose token is in use gets another one."""
    inserted: list[Message] = []
    for _ in range(DRAWS):
        if not owed:
            return inserted
        messages = [made(notice, occasion=occasion) for occasion, notice in owed]
        stored = insert_new(messages)
        inserted += [message for message in messages if message.pk in stored]
        missing = [pair for pair, message in zip(owed, messages, strict=True) if message.pk not in stored]
        owed = _not_owed(missing) if missing else []
    raise TokensExhausted


def _not_owed(missing: Sequence[tuple[str, Notice]]) -> list[tuple[str, Notice]]:
    """Return the notices that were not inserted although they are not owed yet: their token was in use."""
    stored = Message.objects.filter(occasion__in={occasion for occasion, _ in missing})
    known = set(stored.values_list("occasion", "channel", "recipient"))
    return [pair for pair in missing if (pair[0], pair[1].channel, pair[1].recipient) not in known]


def _message(
    notice: Notice,
    *,
    occasion: str,
    lane: Lane,
    at: datetime,
    expires_at: datetime | None,
    draw: Callable[[int], str],
) -> Message:
    linked = _is_linked(notice)
    token = draw(LINK_LETTERS) if linked else ""
    rendered = _rendered(notice, token, linked=linked)
    return Message(
        occasion=occasion,
        lane=lane,
        subject=rendered.subject,
        body=rendered.body,
        # A code is sent by one channel only: its words are kept nowhere else.
        context=None if lane == Lane.CODES else json.dumps(dict(notice.context), ensure_ascii=False),
        token=token or None,
        linked=linked,
        segments=segments(rendered.body) if notice.channel == Channel.SMS else 1,
        **_taken_over(notice),
        **_beginning(at, expires_at),
    )


def _taken_over(notice: Notice) -> dict[str, Any]:
    """Return the fields of a message that stand in its notice."""
    return {
        "template": notice.template,
        "channel": notice.channel,
        "recipient": notice.recipient,
        "reference": notice.reference,
        "language": notice.language,
        "address": stripped_address(notice.address),
        "other_address": stripped_address(notice.other_address) if notice.other_address else None,
        "must_reach": notice.must_reach,
        "daytime": notice.daytime,
        "not_before": notice.not_before,
    }


def _beginning(at: datetime, expires_at: datetime | None) -> dict[str, Any]:
    """Return the state of a new message, and the moments that belong to it."""
    # Expired at birth is a message that must cost what a real one costs and never leave, whatever the clocks say.
    is_stillborn = expires_at is not None and expires_at <= at
    return {
        "state": MessageState.EXPIRED if is_stillborn else MessageState.PENDING,
        "settled_at": at if is_stillborn else None,
        "expires_at": expires_at,
        "created_at": at,
    }


def _is_linked(notice: Notice) -> bool:
    """Tell whether the message has a short link, by whose token it is found in a carrier's list; else by its text."""
    wording = rendering.current_wording(notice.template, notice.language)
    return notice.linked and bool(notice.reference) and (wording.sms_carries_link or notice.channel != Channel.SMS)


def _rendered(notice: Notice, token: str, *, linked: bool) -> Rendered:
    return rendering.render(
        notice.template,
        channel=notice.channel,
        language=notice.language,
        context=common_context() | dict(notice.context),
        link=short_link(token, notice.channel) if linked else "",
    )


def _draw_token(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
