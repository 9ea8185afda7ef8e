"""Names, mobile number and language of a member of staff; the work e-mail of an account stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.contact.recipients import staff_key
from accounts.identity.staff_citizen_link import citizen_with_phone
from accounts.models import User
from accounts.staff.memberships import rules
from accounts.staff.memberships.changes import ChangeNotAllowed
from accounts.staff.memberships.locks import lock_person
from notifications.actions.readdressing import readdress
from notifications.models import Channel


@dataclass(frozen=True)
class Details:
    """What the unit may correct."""

    name_ar: str
    name_en: str
    phone: str
    language: str


@transaction.atomic
def change_details(subject: User, details: Details, *, by: User, at: datetime) -> None:
    """Correct somebody's details; an SMS that waits goes to the new number. Raises ``ChangeNotAllowed``.

    A number that is a citizen's links the two, so that nobody handles a case of their own; a link is never undone.
    """
    if not rules.may_manage(by, at=at):
        raise ChangeNotAllowed
    locked = lock_person(subject.pk)
    before, locked.phone = locked.phone, details.phone
    locked.name_ar, locked.name_en, locked.language = details.name_ar, details.name_en, details.language
    if locked.phone and locked.person_id is None:
        locked.person = citizen_with_phone(locked.phone)
    locked.save(update_fields=["name_ar", "name_en", "language", "phone", "phone_lookup", "person"])
    if locked.phone != before:
        readdress(staff_key(locked.pk), Channel.SMS, locked.phone, at=at)
