"""The language and the channel a person chooses for messages."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Citizen
from notifications.models import Channel


class EmailNotConfirmed(ValueError):
    """E-mail was chosen by somebody whose address is not confirmed."""


def choose(citizen: Citizen, *, language: str, notify_by: str) -> None:
    """Set in which language all messages speak, and which way is offered first for a new case.

    E-mail is refused, as a mistake of the caller, to whoever has no confirmed address.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if notify_by == Channel.EMAIL and not locked.confirmed_email:
            raise EmailNotConfirmed
        locked.language, locked.notify_by = language, notify_by
        locked.save(update_fields=["language", "notify_by"])
