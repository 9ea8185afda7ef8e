"""The link by which an e-mail address is confirmed, as the outbox holds it."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Citizen
from notifications import outbox
from notifications.models import Channel, Message
from tests.cast import PASSWORD

NEW = "rana@office.example"


FORM = {"email": NEW, "current": PASSWORD}


def link() -> str:
    """Return the path of the link in the newest confirmation."""
    body = Message.objects.filter(template="email_confirm").latest("created_at").body
    (path,) = re.findall(rf"{re.escape(settings.PUBLIC_URL)}(/\S+)", body)
    return str(path)


def owed(template: str) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(template=template).order_by("created_at", "channel")
    return [(row.channel, row.address, row.state) for row in rows]


def again(citizen: Citizen) -> Citizen:
    return Citizen.objects.get(pk=citizen.pk)


def owe_by_email(citizen: Citizen, at: datetime) -> Message:
    """Owe a notice to the person's address, as a case of theirs would."""
    notice = outbox.Notice(
        template="registered",
        channel=Channel.EMAIL,
        recipient=f"citizen:{citizen.pk}",
        address=citizen.email,
        other_address=citizen.phone,
        language="ar",
        context={},
    )
    with transaction.atomic():
        return outbox.owe([notice], occasion="case:1:1", at=at)[0]
