"""Registering: what a person says of themselves, the code, the registry, and whom that makes.

A number is nobody's secret, so nothing here tells a visitor whether it is already known. The proven owner of a known
number hears of the attempt by SMS; only whoever proves the owner's telephone **and** matches the registry gets the
account back; everybody else gets one of their own, which waits for its proof and is in nobody's way.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import rate_limits
from accounts.contact import email_address
from accounts.contact.recipients import citizen_key
from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.registries import Finding, Outcome
from accounts.identity.staff_citizen_link import link_staff
from accounts.models import Citizen, Identity, PolicyAcceptance, User
from accounts.models.people import CitizenQuerySet
from accounts.registration.data import Application
from accounts.sign_in.codes import phone_codes
from agencies.models import Governorate
from notifications import outbox, standing
from notifications.models import Channel

RECHECK_AFTER: Final = timedelta(minutes=5)
# The owner of a number hears of attempts to register it once a day, however many there are.
ALREADY_REGISTERED: Final = rate_limits.Limit("already_registered", 1, rate_limits.DAY)


class Mismatch(Exception):
    """The registry knows better: number, name and birth date do not belong together."""


def send_code(application: Application, door: phone_codes.Door, *, at: datetime) -> phone_codes.Sending:
    """Send the code to the telephone that was typed, and tell the owner of a known number, once a day.

    A number that nobody owns costs the same statements: its notice is written too, and expires before it can leave.
    Raise ``limits.TooMany`` when an allowance is used up.
    """
    sending = phone_codes.send_again(door, at=at)
    owner = Citizen.objects.numbered(application.number_kind, application.number).matched().first()
    is_first = rate_limits.allows(ALREADY_REGISTERED, f"{application.number_kind}:{application.number}", at=at)
    _tell_owner(owner if is_first else None, application, at=at)
    return sending


def _tell_owner(owner: Citizen | None, application: Application, *, at: datetime) -> None:
    notice = outbox.Notice(
        template="already_registered",
        channel=Channel.SMS,
        recipient=citizen_key(owner.pk) if owner else f"nobody:{uuid.uuid4()}",
        address=owner.phone if owner else application.mobile,
        language=owner.language if owner else application.language,
        context={},
        # A stranger who knows a national number may bring this about at any hour.
        daytime=True,
    )
    with transaction.atomic():
        day = timezone.localdate(at).isoformat()
        outbox.owe(
            [notice],
            occasion=f"already_registered:{day}",
            at=at,
            expires_at=at + rate_limits.DAY if owner else at,
        )


def finish(application: Application, *, address: str, at: datetime) -> User:
    """Ask the registry and return the user to let in: a new one, or the owner's own, with the new password.

    The telephone must be proven by now. A registry that does not answer keeps nobody out: the identity is then pending
    and the question repeated. Raise ``Mismatch``, and ``limits.TooMany`` after too many of them: the registry must not
    become an oracle.
    """
    _spend_question(application, address, at=at)
    finding = registries.ask(application.claim)
    if finding.outcome == Outcome.MISMATCHED:
        raise Mismatch
    _give_question_back(application, address, at=at)
    try:
        return _admit(application, finding, at=at)
    except IntegrityError:
        # Two registrations of one number ended at the same moment; the second attempt sees the first as the owner.
        return _admit(application, finding, at=at)


def _spend_question(application: Application, address: str, *, at: datetime) -> None:
    rate_limits.spend(rate_limits.REGISTRY_OF_PHONE, application.mobile, at=at)
    rate_limits.spend(rate_limits.REGISTRY_OF_ADDRESS, address, at=at)


def _give_question_back(application: Application, address: str, *, at: datetime) -> None:
    rate_limits.give_back(rate_limits.REGISTRY_OF_PHONE, application.mobile, at=at)
    rate_limits.give_back(rate_limits.REGISTRY_OF_ADDRESS, address, at=at)


@transaction.atomic
def _admit(application: Application, finding: Finding, *, at: datetime) -> User:
    known = _own_person(application) if finding.outcome == Outcome.MATCHED else None
    citizen = _restore(known, application, at=at) if known else _enrol(application, finding, at=at)
    _record(citizen, application, finding, at=at)
    link_staff(citizen)
    email_address.enter(citizen, application.email, at=at)
    standing.clear(Channel.SMS, citizen.phone)
    if citizen.user is None:
        message = "An admitted person has a user."
        raise AssertionError(message)
    return citizen.user


def _own_person(application: Application) -> Citizen | None:
    """Return the person with this number and this proven telephone: the registry matched, so it is the same one."""
    people = _with_number(application).reached_at(application.mobile)
    return people.filter(identity=Identity.MATCHED).first() or people.order_by("-created_at").first()


def _with_number(application: Application) -> CitizenQuerySet:
    return Citizen.objects.numbered(application.number_kind, application.number).select_for_update(of=("self",))


def _holder(application: Application, *, other_than: Citizen | None = None) -> Citizen | None:
    holders = _with_number(application).matched()
    return (holders.exclude(pk=other_than.pk) if other_than else holders).first()


def _restore(citizen: Citizen, application: Application, *, at: datetime) -> Citizen:
    """Give a person their account back with the new password: every session of before ends, and they are told."""
    user = citizen.user or User.objects.create_citizen(language=application.language, password_hash="")
    user.password = application.password_hash
    user.language = application.language
    user.save(update_fields=["password", "language"])
    citizen.user = user
    changed = _write_reach(citizen, application)
    if not citizen.is_matched and _holder(application, other_than=citizen) is None:
        changed += _set_identity(citizen, Identity.MATCHED, at=at)
    citizen.save(update_fields=["user", *changed])
    _owe(citizen, "password_changed", occasion=f"password:{user.pk}:{at.isoformat()}", at=at)
    return citizen


def _write_reach(citizen: Citizen, application: Application) -> list[str]:
    citizen.language = application.language
    citizen.country = application.country
    citizen.governorate = Governorate.objects.filter(code=application.governorate).first()
    citizen.city = application.city
    citizen.address = application.address
    return ["language", "country", "governorate", "city", "address"]


def _set_identity(citizen: Citizen, identity: Identity, *, at: datetime) -> list[str]:
    citizen.identity = identity
    citizen.identity_changed_at = at
    citizen.recheck_at = None
    return ["identity", "identity_changed_at", "recheck_at"]


def _enrol(application: Application, finding: Finding, *, at: datetime) -> Citizen:
    """Make a new person and user; proven only if the registry matched and nobody else is proven by this number."""
    holder = _holder(application) if finding.outcome == Outcome.MATCHED else None
    is_proven = finding.outcome == Outcome.MATCHED and holder is None
    citizen = Citizen(
        user=User.objects.create_citizen(language=application.language, password_hash=application.password_hash),
        nationality=application.nationality,
        number_kind=application.number_kind,
        number=application.number,
        first_name=application.first_name,
        father_name=application.father_name,
        grandfather_name=application.grandfather_name,
        family_name=application.family_name,
        birth_date=application.birth_date,
        phone=application.mobile,
        identity=Identity.MATCHED if is_proven else Identity.PENDING,
        identity_changed_at=at,
        recheck_at=at + RECHECK_AFTER if finding.outcome == Outcome.UNAVAILABLE else None,
        conflicts_with=holder,
        created_at=at,
    )
    _write_reach(citizen, application)
    citizen.save(force_insert=True)
    _owe(citizen, "registered", occasion=f"registered:{citizen.pk}", at=at)
    return citizen


def _record(citizen: Citizen, application: Application, finding: Finding, *, at: datetime) -> None:
    record_check(citizen, finding, at=at)
    PolicyAcceptance.objects.get_or_create(
        citizen=citizen,
        version=application.policy_version,
        defaults={"language": application.language, "accepted_at": at},
    )


def _owe(citizen: Citizen, template: str, *, occasion: str, at: datetime) -> None:
    outbox.owe(
        [
            outbox.Notice(
                template=template,
                channel=Channel.SMS,
                recipient=citizen_key(citizen.pk),
                address=citizen.phone,
                language=citizen.language,
                context={},
                daytime=True,
            )
        ],
        occasion=occasion,
        at=at,
    )
