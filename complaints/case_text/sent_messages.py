"""What was sent about a case: to its citizen, with the fate of each message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.contact.recipients import CITIZEN_PREFIX
from complaints.case_text import delivery_status
from complaints.case_text.delivery_status import DeliveryStatus
from complaints.case_text.message_names import message_name
from complaints.engine import notices
from complaints.models import Case, CaseEvent
from complaints.workflow import Action
from notifications.models import LEFT, Message


@dataclass(frozen=True)
class SentMessage:
    """One message to the citizen: about which deed, by which channel, to which masked address, and its fate."""

    id: UUID
    about: str
    channel: str
    address: str
    at: datetime
    fate: DeliveryStatus


def case_messages(case: Case) -> list[Message]:
    """Return the messages about ``case`` without their words, the oldest first, with the calls in their place."""
    about = Message.objects.filter(reference=case.reference).select_related("call_task")
    sealed = [name for name in delivery_status.SEALED if name != "address"]
    return list(about.defer(*sealed).order_by("created_at", "pk"))


def sent_to_citizen(messages: Sequence[Message], titles: Mapping[str, str], *, at: datetime) -> list[SentMessage]:
    """Return what the citizen was told, the newest deed first; ``titles`` are those of the occasions in their order."""
    order = {occasion: place for place, occasion in enumerate(titles)}
    mine = [message for message in messages if message.recipient.startswith(CITIZEN_PREFIX)]
    mine.sort(key=lambda message: order.get(notices.first_occasion(message), -1))
    repeated = delivery_status.repetitions_in(mine)
    return [_told(message, titles, repeated.get(message.pk), at=at) for message in reversed(mine)]


def _told(message: Message, titles: Mapping[str, str], repeated: Message | None, *, at: datetime) -> SentMessage:
    return SentMessage(
        id=message.pk,
        about=titles.get(notices.first_occasion(message), message_name(message)),
        channel=message.get_channel_display(),
        address=delivery_status.masked_address(message),
        at=message.created_at,
        fate=delivery_status.for_staff(message, at=at, repeated=repeated),
    )


def has_left(events: Sequence[CaseEvent], messages: Iterable[Message]) -> bool:
    """Tell whether any word of the last closing has left already."""
    closings = [notices.occasion(event) for event in events if event.action == Action.CLOSE]
    return any(message.occasion in closings[-1:] and message.state in LEFT for message in messages)
