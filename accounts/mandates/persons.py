"""The person whom a request to the unit names: found among the citizens, or recorded after the registry was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.registries import IdentityClaim, RegistryFinding, RegistryOutcome
from accounts.models import Citizen, Identity
from accounts.models.people import MATCHED_FIRST

RECHECK_AFTER: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class UnrecordedPerson:
    """What was said of somebody nobody has yet, and what the registry says of it."""

    claim: IdentityClaim
    finding: RegistryFinding


def claim_of(said: Mapping[str, str]) -> IdentityClaim:
    """Return the claim that a request holds."""
    texts = {name: text for name, text in said.items() if name != "birth_date"}
    return IdentityClaim(**texts, birth_date=date.fromisoformat(said["birth_date"]))


def find(said: Mapping[str, str]) -> Citizen | None:
    """Return the citizen with this number and this date of birth, a proven one first."""
    claim = claim_of(said)
    known = Citizen.objects.numbered(claim.number_kind, claim.number).filter(erased_at=None)
    people = known.order_by(MATCHED_FIRST, "created_at")
    return next((person for person in people if person.birth_date == claim.birth_date), None)


def check(said: Mapping[str, str], *, at: datetime) -> UnrecordedPerson:
    """Ask the registry about somebody who is not among the citizens."""
    claim = claim_of(said)
    return UnrecordedPerson(claim, registries.ask(claim, at=at))


def recorded(person: Citizen | UnrecordedPerson, *, phone: str, at: datetime) -> Citizen:
    """Return the citizen, recorded without an account where nobody has them yet; in the caller's transaction.

    What the registry does not confirm waits at the unit's desk for identities, as after a registration.
    """
    if isinstance(person, Citizen):
        return person
    claim, outcome = person.claim, person.finding.outcome
    states = {RegistryOutcome.MATCHED: Identity.MATCHED, RegistryOutcome.MISMATCHED: Identity.MISMATCHED}
    citizen = Citizen(
        nationality=claim.nationality,
        number_kind=claim.number_kind,
        number=claim.number,
        first_name=claim.first_name,
        father_name=claim.father_name,
        grandfather_name=claim.grandfather_name,
        family_name=claim.family_name,
        birth_date=claim.birth_date,
        phone=phone,
        # The telephone may be the representative's.
        is_phone_proven=False,
        identity=states.get(outcome, Identity.PENDING),
        identity_changed_at=at,
        recheck_at=at + RECHECK_AFTER if outcome == RegistryOutcome.UNAVAILABLE else None,
        created_at=at,
    )
    citizen.save(force_insert=True)
    record_check(citizen, person.finding, at=at)
    return citizen
