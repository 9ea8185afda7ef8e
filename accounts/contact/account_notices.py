"""Messages about the account itself, such as a changed password or a confirmed identity; staff get them by e-mail."""

from __future__ import annotations

from datetime import datetime

from accounts.contact.channel import contact_channel
from accounts.contact.recipients import BY_EMAIL, citizen_key, to_staff
from accounts.models import Citizen, User
from notifications import outbox
from notifications.models import Channel


def owe_password_changed(citizen: Citizen, *, at: datetime) -> None:
    """Owe the notice that the password changed, in the caller's transaction."""
    occasion = f"password:{citizen.user_id}:{at.isoformat()}"
    notice = account_notice(citizen, "password_changed", citizen.phone, other_address=citizen.confirmed_email)
    outbox.owe([notice], occasion=occasion, at=at)


def account_notice(
    citizen: Citizen, template: str, phone: str, *, whose: str = "", other_address: str = ""
) -> outbox.Notice:
    """Return an SMS about the account, sent at any hour; ``other_address`` gets it by e-mail if the SMS fails.

    For somebody abroad to whose number we send no SMS it is an e-mail.
    """
    by_email = citizen.is_reached_by_email_only and phone == citizen.phone
    return outbox.Notice(
        template=template,
        channel=Channel.EMAIL if by_email else Channel.SMS,
        recipient=citizen_key(citizen.pk, whose=whose),
        address=citizen.confirmed_email if by_email else phone,
        other_address="" if by_email else other_address,
        language=citizen.language,
        context={},
    )


def owe_to_staff(user: User, template: str, *, at: datetime) -> None:
    """Owe a member of staff a notice about the account, sent at any hour; in the caller's transaction."""
    notices = list(to_staff(template, user, dict, by=BY_EMAIL, daytime=False))
    outbox.owe(notices, occasion=f"{template}:{user.pk}:{at.isoformat()}", at=at)


def owe_about_identity(citizen: Citizen, template: str, *, at: datetime) -> None:
    """Owe a notice about the identity by the citizen's own channel, in the caller's transaction."""
    way = contact_channel(citizen)
    notice = outbox.Notice(
        template=template,
        channel=way.channel,
        recipient=citizen_key(citizen.pk),
        address=way.address,
        other_address=way.other_address,
        language=way.language,
        context={},
        daytime=True,
    )
    outbox.owe([notice], occasion=f"{template}:{citizen.pk}:{at.isoformat()}", at=at)
