"""What a person enters in the steps of a registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from accounts import phones
from accounts.identity.registries import IdentityClaim
from accounts.models import NumberKind
from accounts.sign_in import passwords


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
