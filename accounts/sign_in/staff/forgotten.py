"""A forgotten password of staff: set by a link to the work e-mail, once, within thirty minutes; the factor stays."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts import rate_limits
from accounts.contact.account_notices import owe_to_staff
from accounts.contact.recipients import BY_EMAIL, to_staff
from accounts.models import User
from notifications import outbox
from notifications.models import Lane

logger = logging.getLogger(__name__)

LINK_LIFE: Final = timedelta(minutes=30)
#: Django's token holds password and last sign-in, so it ends with either; PASSWORD_RESET_TIMEOUT is its life.
_TOKENS: Final = PasswordResetTokenGenerator()


def send_link(email: str, *, at: datetime) -> None:
    """Owe the link to the member of staff with this address; for any other address do nothing, and say nothing.

    Above five links a day for one address none leaves.
    """
    is_allowed = rate_limits.allows(rate_limits.STAFF_RESETS_PER_EMAIL, email, at=at)
    user = User.objects.filter(login=email, is_staff=True, is_active=True).first()
    if user is None or not is_allowed:
        logger.info("a link for a new password was not sent")
        return
    with override(user.language):
        path = reverse("staff-new-password", args=[user.pk, _TOKENS.make_token(user)])
    notices = list(to_staff("staff_new_password", user, lambda: {"url": settings.PUBLIC_URL + path}, by=BY_EMAIL))
    with transaction.atomic():
        # The lane of codes: it overtakes waiting notices, and is not sent by another channel.
        outbox.owe(
            notices,
            occasion=f"staff_new_password:{user.pk}:{at.isoformat()}",
            at=at,
            lane=Lane.CODES,
            expires_at=at + LINK_LIFE,
        )
    logger.info("a link for a new password was sent", extra={"user_id": str(user.pk)})


def user_for(pk: UUID, token: str) -> User | None:
    """Return the member of staff whom a link is for; None if it is forged, used or older than thirty minutes."""
    user = User.objects.filter(pk=pk, is_staff=True, is_active=True).first()
    return user if user is not None and _TOKENS.check_token(user, token) else None


def set_password(user: User, password: str, *, at: datetime) -> None:
    """Set a new password, which ends every session, and tell the person."""
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        owe_to_staff(user, "staff_password_changed", at=at)
    logger.info("a member of staff has a new password", extra={"user_id": str(user.pk)})
