"""People who are recorded without an account, by the centre or the unit, and get their cases once they register.

Nobody has proven the telephone of such a record. Whoever proves it later and gives the same number and date of birth is
who called: the record becomes theirs, with its cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from accounts import rate_limits
from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.registries import IdentityClaim, RegistryFinding, RegistryOutcome
from accounts.models import Citizen, Identity, User
from agencies.models import Governorate

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
