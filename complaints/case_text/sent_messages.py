"""The messages about a case to its citizen, each with its delivery status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from accounts.contact import CITIZEN_PREFIX
from complaints.case_text import delivery_status
from complaints.case_text.delivery_status import DeliveryStatus
from complaints.case_text.message_names import message_name
from complaints.engine import notices
from complaints.models import Case
from kit.compiled_reads import CompiledRead
from notifications.models import Message


@dataclass(frozen=True)
class SentMessage:
    """One message to the citizen: the action it is about, its channel, masked address and delivery status.

    ``occasion`` is that of the message, or of the original for one that was sent again.
    """

    id: UUID
    occasion: str
    about: str
    channel: str
    address: str
    at: datetime
    delivery: DeliveryStatus


def case_messages(case: Case) -> list[Message]:
    """Return the messages about ``case`` without their texts, the oldest first, with the calls that replace them."""
    return _ABOUT.rows(reference=case.reference)


def _about(_shape: None, *, reference: str) -> QuerySet[Message]:
    sealed = [name for name in delivery_status.SEALED if name != "address"]
    about = Message.objects.filter(reference=reference).select_related("call_task")
    return about.defer(*sealed).order_by("created_at", "pk")


_ABOUT: Final = CompiledRead(_about, is_prepared=True)


def sent_to_citizen(messages: Sequence[Message], titles: Mapping[str, str], *, at: datetime) -> list[SentMessage]:
    """Return the citizen's messages, those of the newest action first; ``titles`` of the occasions are in order."""
    order = {occasion: place for place, occasion in enumerate(titles)}
    mine = [message for message in messages if message.recipient.startswith(CITIZEN_PREFIX)]
    mine.sort(key=lambda message: order.get(notices.first_occasion(message), -1))
    repeated = delivery_status.repetitions_in(mine)
    return [_sent_message(message, titles, repeated.get(message.pk), at=at) for message in reversed(mine)]


def _sent_message(
    message: Message, titles: Mapping[str, str], repeated: Message | None, *, at: datetime
) -> SentMessage:
    return SentMessage(
        id=message.pk,
        occasion=notices.first_occasion(message),
        about=titles.get(notices.first_occasion(message), message_name(message)),
        channel=message.get_channel_display(),
        address=delivery_status.masked_address(message),
        at=message.created_at,
        delivery=delivery_status.for_staff(message, at=at, repeated=repeated),
    )
