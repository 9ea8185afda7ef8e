"""The mark by which the scripts of a page know whose page it is, without a name or a key."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.crypto import salted_hmac

from accounts.models import User


def person_mark(user: User | AnonymousUser) -> str:
    """Return the mark of a person, the same in every session of theirs; empty for a visitor."""
    if not user.is_authenticated:
        return ""
    return salted_hmac("mark of a person", str(user.pk), algorithm="sha256").hexdigest()[:16]
