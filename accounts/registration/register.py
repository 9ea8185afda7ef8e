"""Registers a citizen: sends the code, asks the registry, and creates the account or gives it back to its owner.

Many people know a citizen's number, so no answer tells a visitor whether the number is registered already. Its proven
owner is notified of the attempt by SMS. Whoever proves the owner's phone **and** matches the registry gets the account
back; everybody else gets an account of their own, which stays pending and does not block the owner.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import contact, phones, rate_limits
from accounts.contact import account_notice, citizen_key
from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.registries import BIRTH_DATE, NAME, NUMBER, IdentityClaim, RegistryFinding, RegistryOutcome
from accounts.identity.staff_citizen_link import link_staff
from accounts.models import Citizen, Identity, NumberKind, PolicyAcceptance, User
from accounts.models.people import CitizenQuerySet
from accounts.sign_in import codes, passwords
from accounts.sign_in.codes import CodeContext
from agencies.models import Governorate
from notifications import addresses, outbox
from notifications.models import Channel

# ---- People who are recorded without an account, by the centre or the unit, and get their cases once they
# register.
#
# Nobody has proven the telephone of such a record. Whoever proves it later and gives the same number and date of
# birth is who called: the record becomes theirs, with its cases.


#: Checks of one agent in an hour: nobody finds out data of the registry by trying.
REGISTRY_CHECKS_OF_AGENT: Final = rate_limits.RateLimit("registry_agent", 60, rate_limits.HOUR)
#: Checks of one number in a day, whoever asks.
REGISTRY_CHECKS_OF_NUMBER: Final = rate_limits.RateLimit("registry_number", 5, rate_limits.DAY)
RECHECK_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class SaidInPerson:
    """What is said of somebody to an agent or the unit; the number and the mobile number as the forms return them."""

    number_kind: str
    nationality: str
    number: str = field(repr=False)
    first_name: str = field(repr=False)
    father_name: str = field(repr=False)
    grandfather_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    mobile: str = field(repr=False)
    language: str
    country: str = "JO"
    governorate: str = ""

    @property
    def claim(self) -> IdentityClaim:
        """The claim to be checked by the registry."""
        return IdentityClaim(
            number_kind=self.number_kind,
            number=self.number,
            first_name=self.first_name,
            father_name=self.father_name,
            grandfather_name=self.grandfather_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            nationality=self.nationality,
        )


def check(said: SaidInPerson, *, by: User, at: datetime) -> RegistryFinding:
    """Ask the registry about somebody who is to be recorded; raises ``RateLimitReached``. Not in a transaction."""
    rate_limits.spend(REGISTRY_CHECKS_OF_AGENT, str(by.pk), at=at)
    rate_limits.spend(REGISTRY_CHECKS_OF_NUMBER, f"{said.number_kind}:{said.number}", at=at)
    return registries.ask(said.claim, at=at)


def record(said: SaidInPerson, finding: RegistryFinding, *, at: datetime) -> Citizen:
    """Record the person without an account; what the registry did not confirm waits for the unit.

    A second press finds the record of the first. Matched only if the registry matched and nobody else is matched with
    this number.
    """
    try:
        return _record(said, finding, at=at)
    except IntegrityError:
        # Somebody was matched with this number at the same moment: the second attempt finds that person.
        return _record(said, finding, at=at)


@transaction.atomic
def _record(said: SaidInPerson, finding: RegistryFinding, *, at: datetime) -> Citizen:
    known = without_account(said.number_kind, said.number, phone=said.mobile, birth_date=said.birth_date)
    if known is not None:
        return known
    is_matched = finding.outcome == RegistryOutcome.MATCHED
    holder = Citizen.objects.numbered(said.number_kind, said.number).matched().first() if is_matched else None
    citizen = Citizen(
        nationality=said.nationality,
        number_kind=said.number_kind,
        number=said.number,
        first_name=said.first_name,
        father_name=said.father_name,
        grandfather_name=said.grandfather_name,
        family_name=said.family_name,
        birth_date=said.birth_date,
        phone=said.mobile,
        is_phone_proven=False,
        country=said.country,
        governorate=Governorate.objects.filter(code=said.governorate).first(),
        language=said.language,
        identity=_identity(finding, is_free=holder is None),
        identity_changed_at=at,
        recheck_at=at + RECHECK_AFTER if finding.outcome == RegistryOutcome.UNAVAILABLE else None,
        conflicts_with=holder,
        created_at=at,
    )
    citizen.save(force_insert=True)
    record_check(citizen, finding, at=at)
    return citizen


def _identity(finding: RegistryFinding, *, is_free: bool) -> Identity:
    if finding.outcome == RegistryOutcome.MATCHED and is_free:
        return Identity.MATCHED
    return Identity.MISMATCHED if finding.outcome == RegistryOutcome.MISMATCHED else Identity.PENDING


def without_account(number_kind: str, number: str, *, phone: str, birth_date: date) -> Citizen | None:
    """Return the locked record without an account of this number, telephone and date of birth, the oldest of several.

    The caller has opened a transaction; whoever gets the record has proven the telephone.
    """
    people = Citizen.objects.numbered(number_kind, number).with_phone(phone).select_for_update(of=("self",))
    found = people.filter(user=None, erased_at=None).order_by("created_at", "pk")
    return next((citizen for citizen in found if citizen.birth_date == birth_date), None)


# ---- What a person enters in the steps of a registration. ----


@dataclass(frozen=True)
class RegistrationData:
    """Everything a person entered in the three steps; the password only as its hash."""

    number_kind: str
    nationality: str
    first_name: str = field(repr=False)
    father_name: str = field(repr=False)
    grandfather_name: str = field(repr=False)
    family_name: str = field(repr=False)
    number: str = field(repr=False)
    birth_date: date = field(repr=False)
    mobile: str = field(repr=False)
    email: str = field(repr=False)
    country: str
    governorate: str
    city: str = field(repr=False)
    address: str = field(repr=False)
    password_hash: str = field(repr=False)
    policy_version: str
    language: str

    @classmethod
    def from_draft(cls, draft: Mapping[str, Any], *, language: str) -> RegistrationData:
        """Build it from the form draft; raise ``KeyError`` when a step is missing."""
        who, contact, last = draft["who"], draft["contact"], draft["last"]
        return cls(
            **identity_details({**who, "birth_date": date.fromisoformat(who["birth_date"])}),
            mobile=contact["mobile"],
            email=contact["email"],
            country=contact["country"],
            governorate=contact["governorate"],
            city=contact["city"],
            address=contact["address"],
            password_hash=last["password_hash"],
            policy_version=last["policy_version"],
            language=language,
        )

    @property
    def proven_email(self) -> str:
        """The address to which the code went, for somebody abroad to whose number we send no SMS; else empty."""
        return "" if phones.takes_sms(self.mobile) else self.email

    @property
    def claim(self) -> IdentityClaim:
        """The claim to be checked by the registry."""
        return IdentityClaim(
            number_kind=self.number_kind,
            number=self.number,
            first_name=self.first_name,
            father_name=self.father_name,
            grandfather_name=self.grandfather_name,
            family_name=self.family_name,
            birth_date=self.birth_date,
            nationality=self.nationality,
        )


def identity_details(who: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of the first step says about a person, by the names of the citizen's fields."""
    is_national = who["citizenship"] == NumberKind.NATIONAL
    names = ("first_name", "father_name", "grandfather_name", "family_name", "birth_date")
    return {
        "number_kind": NumberKind.NATIONAL if is_national else who["document"],
        "number": who["national_number"] if is_national else who["document_number"],
        "nationality": "JO" if is_national else who["nationality"],
        **{name: who[name] for name in names},
    }


def password_owner(draft: Mapping[str, Any]) -> passwords.PasswordOwner:
    """Return the personal data that the password of a registration may not contain."""
    who, contact = draft.get("who", {}), draft.get("contact", {})
    return passwords.PasswordOwner(
        number=who.get("national_number") or who.get("document_number") or "",
        first_name=who.get("first_name", ""),
        family_name=who.get("family_name", ""),
        email=contact.get("email", ""),
    )


#: What the digital identity says of whoever signed in with it.
VOUCHED: Final = RegistryFinding(RegistryOutcome.MATCHED, "oidc", (NUMBER, NAME, BIRTH_DATE))

# The owner of a number is notified of attempts to register it once a day, however many there are.
ALREADY_REGISTERED: Final = rate_limits.RateLimit("already_registered", 1, rate_limits.DAY)


class Mismatch(Exception):
    """The registry says that number, name and birth date do not belong together; carries what it found."""

    def __init__(self, finding: RegistryFinding) -> None:
        super().__init__(finding.source)
        self.finding = finding


def send_code(data: RegistrationData, context: CodeContext, *, at: datetime) -> codes.Sending:
    """Send the code to the phone that was entered, and notify the owner of a registered number once a day.

    For a number without an owner the same statements run: its notice is written too, and expires before it can be
    sent. Raise ``RateLimitReached``.
    """
    sending = codes.send_again(context, at=at)
    owner = Citizen.objects.numbered(data.number_kind, data.number).matched().first()
    is_first = rate_limits.allows(ALREADY_REGISTERED, f"{data.number_kind}:{data.number}", at=at)
    _notify_owner(owner if is_first else None, data, at=at)
    return sending


def _notify_owner(owner: Citizen | None, data: RegistrationData, *, at: datetime) -> None:
    by_email = owner.confirmed_email if owner and owner.is_reached_by_email_only else ""
    notice = outbox.Notice(
        template="already_registered",
        channel=Channel.EMAIL if by_email else Channel.SMS,
        recipient=citizen_key(owner.pk) if owner else f"nobody:{uuid.uuid4()}",
        address=by_email or (owner.phone if owner else data.mobile),
        language=owner.language if owner else data.language,
        context={},
        # Anybody who knows the number can cause this message at any hour.
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


def complete(data: RegistrationData, *, address: str, known: RegistryFinding | None = None, at: datetime) -> User:
    """Ask the registry and return the user to sign in: a new one, or the returning owner's with the new password.

    The phone must be proven before. If the registry does not answer, the citizen is admitted as pending and the
    registry asked again later. What is ``known`` already is not asked: the digital identity said these details
    (``VOUCHED``), or the registry called them wrong and the person insists, whom the unit then checks. Raise
    ``Mismatch``; raise ``RateLimitReached`` after several of them, so that nobody can find out data of the registry by
    trying.
    """
    finding = known or _ask_registry(data, address, at=at)
    try:
        return _admit(data, finding, at=at)
    except IntegrityError:
        # Two registrations of one number ended at the same moment; the second attempt finds the first as the owner.
        return _admit(data, finding, at=at)


def _ask_registry(data: RegistrationData, address: str, *, at: datetime) -> RegistryFinding:
    _count_registry_check(data, address, at=at)
    finding = registries.ask(data.claim, at=at)
    if finding.outcome == RegistryOutcome.MISMATCHED:
        raise Mismatch(finding)
    _give_registry_check_back(data, address, at=at)
    return finding


def _count_registry_check(data: RegistrationData, address: str, *, at: datetime) -> None:
    rate_limits.spend(rate_limits.REGISTRY_CHECKS_PER_PHONE, _asking(data), at=at)
    rate_limits.spend(rate_limits.REGISTRY_CHECKS_PER_ADDRESS, address, at=at)


def _give_registry_check_back(data: RegistrationData, address: str, *, at: datetime) -> None:
    rate_limits.give_back(rate_limits.REGISTRY_CHECKS_PER_PHONE, _asking(data), at=at)
    rate_limits.give_back(rate_limits.REGISTRY_CHECKS_PER_ADDRESS, address, at=at)


def _asking(data: RegistrationData) -> str:
    """Return who asks the registry: a phone, or the document number, for anybody has many e-mail addresses."""
    return f"{data.number_kind}:{data.number}" if data.proven_email else data.mobile


@transaction.atomic
def _admit(data: RegistrationData, finding: RegistryFinding, *, at: datetime) -> User:
    is_matched = finding.outcome == RegistryOutcome.MATCHED
    returning = _returning_citizen(data) if is_matched else None
    caller = None if returning or data.proven_email else _caller(data)
    known = returning or caller
    citizen = _restore(known, data, is_matched=is_matched, at=at) if known else _enrol(data, finding, at=at)
    _register_record(citizen, data, finding, at=at)
    if data.proven_email:
        contact.set_proven(citizen, data.proven_email, at=at)
    else:
        contact.set_while_registering(citizen, data.email, at=at)
        addresses.clear(Channel.SMS, citizen.phone)
        # Staff are known by a proven number.
        link_staff(citizen)
    _owe_welcome(citizen, is_new=returning is None, at=at)
    if citizen.user is None:
        message = "An admitted person has a user."
        raise AssertionError(message)
    return citizen.user


def _returning_citizen(data: RegistrationData) -> Citizen | None:
    """Return the citizen with this number and this proven phone; call it only after the registry matched.

    An address that is proven instead gives back no account whose owner gets SMS.
    """
    if data.proven_email:
        confirmed = _with_number(data).confirmed_at(data.proven_email).order_by("-created_at", "-pk")
        return next((citizen for citizen in confirmed if citizen.is_reached_by_email_only), None)
    people = _with_number(data).reached_at(data.mobile)
    return people.filter(identity=Identity.MATCHED).first() or people.order_by("-created_at", "-pk").first()


def _caller(data: RegistrationData) -> Citizen | None:
    """Return the record that the contact centre made of the person who has now proven its telephone."""
    return without_account(data.number_kind, data.number, phone=data.mobile, birth_date=data.birth_date)


def _with_number(data: RegistrationData) -> CitizenQuerySet:
    return Citizen.objects.numbered(data.number_kind, data.number).select_for_update(of=("self",))


def _holder(data: RegistrationData, *, other_than: Citizen | None = None) -> Citizen | None:
    holders = _with_number(data).matched()
    return (holders.exclude(pk=other_than.pk) if other_than else holders).first()


def _restore(citizen: Citizen, data: RegistrationData, *, is_matched: bool, at: datetime) -> Citizen:
    """Give a citizen the account back with the new password: end every earlier session, and notify the citizen.

    Whoever has proven the telephone of a record that the contact centre made gets a first account.
    """
    user = citizen.user or User.objects.create_citizen(language=data.language, password_hash="")
    user.password = data.password_hash
    user.language = data.language
    user.save(update_fields=["password", "language"])
    citizen.user = user
    citizen.is_phone_proven = citizen.is_phone_proven or not data.proven_email
    if citizen.address and citizen.address != data.address:
        citizen.keep_earlier()
    changed = ["is_phone_proven", "earlier", *_write_contact_details(citizen, data)]
    if is_matched and not citizen.is_matched and _holder(data, other_than=citizen) is None:
        changed += _set_identity(citizen, Identity.MATCHED, at=at)
    citizen.save(update_fields=["user", *changed])
    return citizen


def _write_contact_details(citizen: Citizen, data: RegistrationData) -> list[str]:
    citizen.language = data.language
    citizen.country = data.country
    citizen.governorate = Governorate.objects.filter(code=data.governorate).first()
    citizen.city = data.city
    citizen.address = data.address
    return ["language", "country", "governorate", "city", "address"]


def _set_identity(citizen: Citizen, identity: Identity, *, at: datetime) -> list[str]:
    citizen.identity = identity
    citizen.identity_changed_at = at
    citizen.recheck_at = None
    return ["identity", "identity_changed_at", "recheck_at"]


def _enrol(data: RegistrationData, finding: RegistryFinding, *, at: datetime) -> Citizen:
    """Create citizen and user; matched only if the registry matched and nobody else is matched with this number.

    A record without an account, of which nobody has proven anything, gives way and waits for the unit.
    """
    holder = _holder(data) if finding.outcome == RegistryOutcome.MATCHED else None
    giving_way = holder if holder and holder.user_id is None else None
    if giving_way:
        holder = None
        giving_way.save(update_fields=_set_identity(giving_way, Identity.PENDING, at=at))
    citizen = _new_citizen(data, finding, at=at, conflicts_with=holder)
    citizen.save(force_insert=True)
    if giving_way:
        giving_way.conflicts_with = citizen
        giving_way.save(update_fields=["conflicts_with"])
    return citizen


def _new_citizen(
    data: RegistrationData, finding: RegistryFinding, *, at: datetime, conflicts_with: Citizen | None
) -> Citizen:
    is_proven = finding.outcome == RegistryOutcome.MATCHED and conflicts_with is None
    citizen = Citizen(
        user=User.objects.create_citizen(language=data.language, password_hash=data.password_hash),
        nationality=data.nationality,
        number_kind=data.number_kind,
        number=data.number,
        first_name=data.first_name,
        father_name=data.father_name,
        grandfather_name=data.grandfather_name,
        family_name=data.family_name,
        birth_date=data.birth_date,
        phone=data.mobile,
        is_phone_proven=not data.proven_email,
        identity=_register_identity(finding, is_proven=is_proven),
        identity_changed_at=at,
        recheck_at=at + RECHECK_AFTER if finding.outcome == RegistryOutcome.UNAVAILABLE else None,
        conflicts_with=conflicts_with,
        created_at=at,
    )
    _write_contact_details(citizen, data)
    return citizen


def _register_identity(finding: RegistryFinding, *, is_proven: bool) -> Identity:
    if is_proven:
        return Identity.MATCHED
    return Identity.MISMATCHED if finding.outcome == RegistryOutcome.MISMATCHED else Identity.PENDING


def _register_record(citizen: Citizen, data: RegistrationData, finding: RegistryFinding, *, at: datetime) -> None:
    record_check(citizen, finding, at=at)
    PolicyAcceptance.objects.get_or_create(
        citizen=citizen,
        version=data.policy_version,
        defaults={"language": data.language, "accepted_at": at},
    )


def _owe_welcome(citizen: Citizen, *, is_new: bool, at: datetime) -> None:
    """Owe a new citizen the acceptance, and a returning one the notice of the new password."""
    template = "registered" if is_new else "password_changed"
    occasion = f"registered:{citizen.pk}" if is_new else f"password:{citizen.user_id}:{at.isoformat()}"
    notice = account_notice(citizen, template, citizen.phone)
    outbox.owe([replace(notice, daytime=True)], occasion=occasion, at=at)
