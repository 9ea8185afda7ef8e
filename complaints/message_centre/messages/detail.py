"""One message: its text for whoever may read it, its tries, what carriers reported, and what repeats it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.contact.recipients import STAFF_PREFIX
from accounts.models import User
from complaints.case_text import delivery_status
from complaints.case_text.delivery_status import DeliveryStatus
from complaints.case_text.message_names import addressee_name, message_name
from complaints.engine import rating_links, signed_links
from complaints.models import Case
from complaints.visibility.identity import knows_person
from notifications.actions import decisions
from notifications.addresses import address_status
from notifications.models import Attempt, Channel, Lane, Message, Verdict

#: Messages whose text staff never read: whoever has the link could answer or rate in somebody else's place.
BEARER_LINKS: Final = signed_links.TEMPLATES | {rating_links.TEMPLATE}
#: What we write down ourselves where a try ends without a code of its carrier's.
REASONS: Final[Mapping[str, StrPromise]] = {
    "connection": _("the connection broke off"),
    "data": _("the connection broke off"),
    "slow": _("the carrier took too long to respond"),
    "no sid": _("the carrier's response had no message number"),
    "given back": _("it was returned to the queue before it was sent"),
    "no address": _("the recipient no longer has this address"),
    "not in the list": _("it is not in the carrier's list"),
    "overtaken by proof": _("another attempt turned out to be the one that the carrier accepted"),
    "readdressed": _("the recipient gave another address"),
    "restored": _("the database was restored from a backup"),
}


@dataclass(frozen=True)
class AttemptLine:
    """One try; ``reason`` says why it ended as it did, empty where only a code of the carrier does."""

    attempt: Attempt
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageDetail:
    """One message as one person sees it; ``case`` and ``person`` are empty where the person may not see the case."""

    message: Message
    name: str
    to: str
    address: str
    delivery: DeliveryStatus
    case: Case | None
    person: str
    shows_text: bool
    tries: Sequence[AttemptLine]
    held_against: str
    repetitions: Sequence[Message]
    possible: Collection[str]
    mark: str


def message_detail(message: Message, user: User, *, at: datetime) -> MessageDetail:
    """Return what ``user`` may know of ``message``, in eight statements at most, however often it was tried."""
    case = _visible_case(message, user, at=at)
    repetitions = list(_repetitions(message))
    return MessageDetail(
        message=message,
        name=message_name(message),
        to=addressee_name(message),
        address=delivery_status.masked_address(message),
        delivery=delivery_status.for_staff(message, at=at, repeated=repetitions[-1] if repetitions else None),
        case=case,
        person=_recipient_name(message, case, user, at=at) if case else "",
        # Whoever reads the link of a directorate could answer for it.
        shows_text=case is not None and message.lane != Lane.CODES and message.template not in BEARER_LINKS,
        tries=[_attempt_line(attempt) for attempt in message.attempts.order_by("number").prefetch_related("receipts")],
        held_against=_address_verdict(message),
        repetitions=repetitions,
        possible=decisions.possible(message),
        mark=_mark(message, len(repetitions)),
    )


def _attempt_line(attempt: Attempt) -> AttemptLine:
    return AttemptLine(attempt, str(REASONS.get(attempt.error_code, "")))


def _address_verdict(message: Message) -> str:
    """Return why nothing but a code goes to the address of the message; empty where nothing is held against it."""
    verdict: Verdict | None = address_status.verdict(Channel(message.channel), message.address)
    return str(verdict.label) if verdict else ""


def change_mark(message: Message) -> str:
    """Return what changes whenever something happens to a message, so that a page gone stale is noticed."""
    return _mark(message, message.repetitions.count())


def _mark(message: Message, repetitions: int) -> str:
    return f"{message.state}-{message.fence}-{message.tries}-{repetitions}"


def _repetitions(message: Message) -> QuerySet[Message]:
    return message.repetitions.defer(*delivery_status.SEALED).order_by("created_at", "pk")


def _visible_case(message: Message, user: User, *, at: datetime) -> Case | None:
    if not message.reference:
        return None
    return Case.objects.visible_to(user, at=at).select_related("citizen").filter(reference=message.reference).first()


def _recipient_name(message: Message, case: Case, user: User, *, at: datetime) -> str:
    """Return the name of whom the message is for: the citizen of the case, or the member of staff."""
    key = message.recipient.partition(":")[2]
    if message.recipient.startswith(STAFF_PREFIX):
        found = User.objects.filter(pk=UUID(key)).first()
        return found.name if found else ""
    is_theirs = key == str(case.citizen_id) and knows_person(case, user, at=at)
    return case.citizen.short_name if is_theirs else ""
