"""The list of messages: its tabs, the query of an address, and one page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.db.models import Prefetch, Q
from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from accounts.contact.recipients import citizen_key
from accounts.models import User
from complaints import reference
from complaints.case_text import delivery_status
from complaints.case_text.delivery_status import SEALED, DeliveryStatus
from complaints.case_text.message_names import addressee_name, message_name
from complaints.models import Case
from notifications.models import Channel, Lane, Message, MessageQuerySet, MessageState

#: Rows of one page; one more is fetched, to know whether there is a next page.
PAGE: Final = 25


class MessageGroup(models.TextChoices):
    """The tabs of the list of messages."""

    WAITING = "waiting", pgettext_lazy("messages", "Waiting")
    UNKNOWN = "unknown", pgettext_lazy("messages", "Not certain")
    FAILED = "failed", pgettext_lazy("messages", "Not delivered")
    SENT = "sent", pgettext_lazy("messages", "Sent")
    ALL = "all", pgettext_lazy("messages", "All")


STATES: Final[Mapping[MessageGroup, tuple[MessageState, ...]]] = {
    MessageGroup.WAITING: (MessageState.PENDING, MessageState.SENDING),
    MessageGroup.UNKNOWN: (MessageState.UNKNOWN,),
    MessageGroup.FAILED: (MessageState.UNDELIVERABLE, MessageState.EXPIRED),
    MessageGroup.SENT: (MessageState.ACCEPTED, MessageState.DELIVERED),
    MessageGroup.ALL: tuple(MessageState),
}
#: Where somebody may have to act, what has waited longest comes first.
_OLDEST_FIRST: Final = frozenset({MessageGroup.WAITING, MessageGroup.UNKNOWN})

# ---- what is asked for ----


@dataclass(frozen=True)
class MessageQuery:
    """Which messages a page shows."""

    group: MessageGroup = MessageGroup.WAITING
    channel: str = ""
    lane: str = ""
    reference: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Return what an address asks for; what makes no sense in it is as if it were not there."""
        number = reference.parse(query.get("ref", "")) or ""
        group = query.get("view", "")
        return cls(
            group=MessageGroup(group)
            if group in MessageGroup
            else (MessageGroup.ALL if number else MessageGroup.WAITING),
            channel=_known(query.get("channel", ""), Channel),
            lane=_known(query.get("lane", ""), Lane),
            reference=number,
        )

    def in_group(self, group: MessageGroup) -> Self:
        """Return the same query for another tab."""
        return replace(self, group=group)

    def query_string(self, **more: str) -> str:
        """Return the query string of an address, with the parameters ``more``."""
        parameters = {"view": self.group, "channel": self.channel, "lane": self.lane, "ref": self.reference, **more}
        return "?" + urlencode({name: str(value) for name, value in parameters.items() if value})

    def filter(self, rows: MessageQuerySet) -> MessageQuerySet:
        """Return those of ``rows`` that have the channel, the lane and the case asked for."""
        parameters = {"channel": self.channel, "lane": self.lane, "reference": self.reference}
        return rows.filter(**{name: value for name, value in parameters.items() if value})


def _known(value: str, choices: type[models.TextChoices]) -> str:
    return value if value in choices else ""


def handled_by(user: User) -> MessageQuerySet:
    """Return the messages ``user`` may handle: none to the own person, none about a case of one's own or about oneself.

    Nor those that were never meant to leave: nothing is wrong with them, and sent again they would say what is not so.
    """
    barred = Q(reference__in=Case.objects.own_or_recused(user).values("reference"))
    if user.person_id is not None:
        barred |= Q(recipient__startswith=citizen_key(user.person_id))
    return Message.objects.without_decoys().exclude(barred)


# ---- a page of them ----


@dataclass(frozen=True)
class MessageRow:
    """One line of the list: what the message tells, to what kind of recipient, and what became of it."""

    message: Message
    name: str
    to: str
    delivery: DeliveryStatus
    opens_case: bool


@dataclass(frozen=True)
class MessagePage:
    """One page of messages, and the mark the next one starts after (empty on the last)."""

    rows: Sequence[MessageRow]
    next: str


def list_messages(user: User, query: MessageQuery, *, at: datetime, after: str = "") -> MessagePage:
    """Return a page of what is asked for, in three statements: the rows, what repeats them, whose case is visible.

    ``after`` is the ``next`` of the page before; one that cannot be read gives the first page.
    """
    found = list(_fetch(handled_by(user), query, _read_mark(after)))
    shown = found[:PAGE]
    mark = _mark(shown[-1]) if len(found) > PAGE else ""
    cases = Case.objects.visible_to(user, at=at).filter(reference__in={message.reference for message in shown})
    visible = set(cases.values_list("reference", flat=True))
    return MessagePage([_row(message, visible, at=at) for message in shown], mark)


def _fetch(scope: MessageQuerySet, query: MessageQuery, mark: tuple[datetime, UUID] | None) -> Iterable[Message]:
    first = "" if query.group in _OLDEST_FIRST else "-"
    order = (f"{first}created_at", f"{first}pk")
    rows = _after(query.filter(scope), mark, backwards=bool(first))
    parts = [rows.filter(state=state).order_by(*order).values("pk")[: PAGE + 1] for state in STATES[query.group]]
    # A part for each state reads its index in order and stops; one query over all states would sort them all.
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    listed = Message.objects.filter(pk__in=ids).defer(*SEALED).select_related("call_task")
    repetitions = Message.objects.order_by("created_at", "pk").only("repeats_id", "channel")
    return listed.prefetch_related(Prefetch("repetitions", repetitions)).order_by(*order)[: PAGE + 1]


def _after(rows: MessageQuerySet, mark: tuple[datetime, UUID] | None, *, backwards: bool) -> MessageQuerySet:
    """Return the rows that stand after ``mark`` in the order of their making."""
    if mark is None:
        return rows
    moment, pk = mark
    if backwards:
        return rows.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)
    return rows.filter(created_at__gte=moment).exclude(created_at=moment, pk__lte=pk)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MARK: Final = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})")


def _mark(message: Message) -> str:
    return f"{(message.created_at - _EPOCH) // timedelta(microseconds=1)}-{message.pk.hex}"


def _read_mark(text: str) -> tuple[datetime, UUID] | None:
    """Return the moment (microseconds since 1970) and the key in a mark, None when it is none."""
    found = _MARK.fullmatch(text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), UUID(found[2])) if found else None


def _row(message: Message, visible: set[str], *, at: datetime) -> MessageRow:
    *_earlier, newest = [None, *message.repetitions.all()]
    return MessageRow(
        message=message,
        name=message_name(message),
        to=addressee_name(message),
        delivery=delivery_status.for_staff(message, at=at, repeated=newest),
        opens_case=message.reference in visible,
    )
