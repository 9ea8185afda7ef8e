"""Mornings on which the digest is written, and what it said."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from complaints.escalation import digest
from notifications.models import Message

AMMAN = ZoneInfo("Asia/Amman")
type Told = dict[str, tuple[int, int, int, int]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


MONDAY = moment("2026-01-05 08:30")
TUESDAY = moment("2026-01-06 08:30")
WEDNESDAY = moment("2026-01-07 08:30")


def told(at: datetime) -> Told:
    """Send the digests at ``at`` and return who got which: due today, at risk, returned, failed."""
    digest.send(at=at)
    return told_on(at)


def told_on(at: datetime) -> Told:
    names = {f"user:{user.pk}": user.email.partition("@")[0] for user in User.objects.all()}
    found = {}
    for message in Message.objects.filter(template="officer_digest", occasion=f"digest:{timezone.localdate(at)}"):
        said = json.loads(message.context)
        numbers = tuple(int(said[key]) for key in ("due_today", "at_risk", "returned", "failed"))
        found[names[message.recipient]] = numbers
    return found
