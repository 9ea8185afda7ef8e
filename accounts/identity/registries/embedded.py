"""A registry of invented people for demonstrations, read from ``accounts/identity/data/registry.csv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from accounts.identity.registries import (
    BIRTH_DATE,
    NAME,
    NUMBER,
    IdentityClaim,
    RegistryFinding,
    RegistryOutcome,
    Unavailable,
)
from kit.arabic import fold

SOURCE: Final = Path(__file__).resolve().parent.parent / "data" / "registry.csv"


@dataclass(frozen=True)
class RegisteredPerson:
    """One line of the file; ``answer`` makes a line fail on purpose."""

    number_kind: str
    number: str
    first_name: str
    father_name: str
    grandfather_name: str
    family_name: str
    birth_date: date
    answer: str


@cache
def registered_people() -> Mapping[tuple[str, str], RegisteredPerson]:
    """Return all people by kind and number."""
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        rows = [_person(row) for row in csv.DictReader(lines)]
    return {(person.number_kind, person.number): person for person in rows}


def _person(row: Mapping[str, str]) -> RegisteredPerson:
    texts = {name: text for name, text in row.items() if name != "birth_date"}
    return RegisteredPerson(birth_date=date.fromisoformat(row["birth_date"]), **texts)


class EmbeddedRegistry:
    """Holds national and personal numbers, as a civil status database does, and no passports."""

    name = "embedded"
    is_remote = False
    covered = frozenset({"national", "personal"})

    def check(self, claim: IdentityClaim) -> RegistryFinding:
        """Compare number, name and birth date; a line may be set to mismatch or to be unavailable."""
        if claim.number_kind not in self.covered:
            return RegistryFinding(RegistryOutcome.NOT_COVERED, self.name)
        person = registered_people().get((claim.number_kind, claim.number))
        if person is None:
            return RegistryFinding(RegistryOutcome.MISMATCHED, self.name)
        if person.answer == "unavailable":
            raise Unavailable
        fields = tuple(_matching(person, claim))
        outcome = RegistryOutcome.MATCHED if fields == (NUMBER, NAME, BIRTH_DATE) else RegistryOutcome.MISMATCHED
        return RegistryFinding(outcome, self.name, fields)


def _matching(person: RegisteredPerson, claim: IdentityClaim) -> list[str]:
    matching = [NUMBER]
    if _same_name(person, claim):
        matching.append(NAME)
    if person.birth_date == claim.birth_date and person.answer != "wrong_birth_date":
        matching.append(BIRTH_DATE)
    return matching


def _same_name(person: RegisteredPerson, claim: IdentityClaim) -> bool:
    """Compare the parts both sides give, with Arabic letters folded: people write hamzas as they like."""
    pairs = (
        (person.first_name, claim.first_name),
        (person.father_name, claim.father_name),
        (person.grandfather_name, claim.grandfather_name),
        (person.family_name, claim.family_name),
    )
    return all(fold(ours) == fold(theirs) for ours, theirs in pairs if ours and theirs)
