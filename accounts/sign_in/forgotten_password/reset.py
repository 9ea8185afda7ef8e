"""A forgotten password: number, telephone, code and date of birth, all four; unknown ones are answered alike."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Case, QuerySet, When

from accounts import rate_limits
from accounts.contact.account_notices import owe_password_changed
from accounts.models import Citizen, Identity
from accounts.models.people import NUMBER_PURPOSE
from accounts.sign_in.codes import phone_codes
from kit.crypto import lookup
from notifications import standing
from notifications.models import Channel


def is_known(number: str, phone: str) -> bool:
    """Tell whether somebody who signs in has this number and this telephone."""
    return _people(number, phone).exists()


def send_code(number: str, door: phone_codes.Door, *, at: datetime) -> phone_codes.Sending:
    """Send a code; behind a silent door it is written too and never leaves. Raise ``limits.TooMany``."""
    rate_limits.spend(rate_limits.RESETS_OF_ADDRESS, door.address, at=at)
    rate_limits.spend(rate_limits.RESETS_OF_NUMBER, number, at=at)
    return phone_codes.send_again(door, at=at)


def set_password(number: str, *, phone: str, birth_date: date, password: str, at: datetime) -> bool:
    """Set the password of the person with this number, telephone and date of birth; tell whether there is one.

    Every session ends, the telephone counts as reached again, and the person is told by SMS. Raise ``limits.TooMany``
    after five tries a day for one number.
    """
    rate_limits.spend(rate_limits.RESET_PROOFS_OF_NUMBER, number, at=at)
    password_hash = make_password(password)
    with transaction.atomic():
        people = _people(number, phone).select_for_update(of=("self",))
        person = next((one for one in people if one.birth_date == birth_date), None)
        if person is None or person.user is None:
            return False
        person.user.password = password_hash
        person.user.save(update_fields=["password"])
        standing.clear(Channel.SMS, phone)
        owe_password_changed(person, at=at)
    return True


def _people(number: str, phone: str) -> QuerySet[Citizen]:
    """Return the people who may reset: the proven owner first, then the newest."""
    return (
        Citizen.objects.filter(number_lookup=lookup(number, purpose=NUMBER_PURPOSE), user__is_active=True)
        .reached_at(phone)
        .select_related("user")
        .order_by(Case(When(identity=Identity.MATCHED, then=0), default=1), "-created_at")
    )
