"""The person whom a request to the unit names: found among the citizens, or recorded after the registry was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from accounts.identity import registries
from accounts.identity.registries import IdentityClaim, RegistryFinding
from accounts.models import Citizen
from accounts.models.people import MATCHED_FIRST
from accounts.registration.recorded import SaidInPerson, record


@dataclass(frozen=True)
class UnrecordedPerson:
    """What was said of somebody nobody has yet, and what the registry says of it."""

    claim: IdentityClaim
    finding: RegistryFinding


def requested_claim(said: Mapping[str, str]) -> IdentityClaim:
    """Return the claim that a request holds."""
    texts = {name: text for name, text in said.items() if name != "birth_date"}
    return IdentityClaim(**texts, birth_date=date.fromisoformat(said["birth_date"]))


def find(said: Mapping[str, str]) -> Citizen | None:
    """Return the citizen with this number and this date of birth, a proven one first."""
    claim = requested_claim(said)
    known = Citizen.objects.numbered(claim.number_kind, claim.number).filter(erased_at=None)
    people = known.order_by(MATCHED_FIRST, "created_at", "pk")
    return next((person for person in people if person.birth_date == claim.birth_date), None)


def check(said: Mapping[str, str], *, at: datetime) -> UnrecordedPerson:
    """Ask the registry about somebody who is not among the citizens."""
    claim = requested_claim(said)
    return UnrecordedPerson(claim, registries.ask(claim, at=at))


def recorded(person: Citizen | UnrecordedPerson, *, phone: str, language: str, at: datetime) -> Citizen:
    """Return the citizen, recorded without an account where nobody has them yet; in the caller's transaction.

    The telephone may be the representative's: nobody has proven it.
    """
    if isinstance(person, Citizen):
        return person
    return record(SaidInPerson(**asdict(person.claim), mobile=phone, language=language), person.finding, at=at)
