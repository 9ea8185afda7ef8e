"""The language and the channel a person chooses for messages."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Citizen
from notifications.models import Channel


class EmailNotConfirmed(ValueError):
    """E-mail was chosen while the address is not confirmed."""


def save_choice(citizen: Citizen, *, language: str, notify_by: str) -> None:
    """Set the language of all messages, and the channel offered first for a new case.

    Raise ``EmailNotConfirmed`` for e-mail while there is no confirmed address.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if notify_by == Channel.EMAIL and not locked.confirmed_email:
            raise EmailNotConfirmed
        locked.language, locked.notify_by = language, notify_by
        locked.save(update_fields=["language", "notify_by"])
