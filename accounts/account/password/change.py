"""Sets a new password, and notifies its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.contact.account_notices import owe_password_changed
from accounts.models import Citizen


def change_password(citizen: Citizen, password: str, *, at: datetime) -> None:
    """Set the password, end every other session, and notify the citizen by SMS."""
    user = citizen.user
    if user is None:
        return
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_password_changed(citizen, at=at)
