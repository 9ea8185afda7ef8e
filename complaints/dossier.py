"""What is known of one message: its words for who may read them, its tries, what carriers said, what repeats it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from accounts.models import User
from complaints import fates
from complaints.desk import knows_person
from complaints.fates import Fate
from complaints.messages import addressee_of, name_of
from complaints.models import Case
from notifications import decisions
from notifications.models import Attempt, Lane, Message

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """One message as one person sees it; ``case`` and ``person`` are empty where the person may not see the case."""

    message: Message
    name: str
    to: str
    address: str
    fate: Fate
    case: Case | None
    person: str
    shows_words: bool
    attempts: Sequence[Attempt]
    repetitions: Sequence[Message]
    possible: Collection[str]
    mark: str


def of(message: Message, user: User, *, at: datetime) -> Dossier:
    """Return what ``user`` may know of ``message``, in seven statements at most, however often it was tried."""
    case = _case_of(message, user, at=at)
    repetitions = list(_repetitions_of(message))
    return Dossier(
        message=message,
        name=name_of(message),
        to=addressee_of(message),
        address=fates.masked_address(message),
        fate=fates.for_staff(message, at=at, repeated=repetitions[-1] if repetitions else None),
        case=case,
        person=_person_of(message, case, user, at=at) if case else "",
        shows_words=case is not None and message.lane != Lane.CODES,
        attempts=list(message.attempts.order_by("number").prefetch_related("receipts")),
        repetitions=repetitions,
        possible=decisions.possible(message),
        mark=_mark(message, len(repetitions)),
    )


def mark_of(message: Message) -> str:
    """Return what changes whenever something happens to a message, so that a page gone stale is noticed."""
    return _mark(message, message.repetitions.count())


def _mark(message: Message, repetitions: int) -> str:
    return f"{message.state}-{message.fence}-{message.tries}-{repetitions}"


def _repetitions_of(message: Message) -> QuerySet[Message]:
    return message.repetitions.defer(*fates.SEALED).order_by("created_at", "pk")


def _case_of(message: Message, user: User, *, at: datetime) -> Case | None:
    if not message.reference:
        return None
    return Case.objects.visible_to(user, at=at).select_related("citizen").filter(reference=message.reference).first()


def _person_of(message: Message, case: Case, user: User, *, at: datetime) -> str:
    """Return the name of whom the message is for: the citizen of the case, or the member of staff."""
    key = message.recipient.partition(":")[2]
    if message.recipient.startswith(fates.STAFF):
        found = User.objects.filter(pk=UUID(key)).first()
        return found.name if found else ""
    is_theirs = key == str(case.citizen_id) and knows_person(case, user, at=at)
    return case.citizen.short_name if is_theirs else ""
