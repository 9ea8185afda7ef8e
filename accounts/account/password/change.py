"""Sets a new password, and notifies its owner."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.contact.account_notices import owe_password_changed
from accounts.models import Citizen
from accounts.sign_in.passwords.hashing import hash_for_number


def change_password(citizen: Citizen, password: str, *, at: datetime) -> None:
    """Set the password, end every other session, and notify the citizen by SMS."""
    user = citizen.user
    if user is None:
        return
    user.password = hash_for_number(password, citizen.number)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_password_changed(citizen, at=at)
