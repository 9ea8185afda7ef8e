"""The registered address of a citizen, offered as the place of a case."""

from __future__ import annotations

from typing import Any

from accounts.models import Citizen

HOME_COUNTRY = "JO"


def address_words(citizen: Citizen | None) -> dict[str, Any]:
    """Return the address as a draft keeps a place; empty where there is none in Jordan, and for visitors."""
    if citizen is None or citizen.country != HOME_COUNTRY or citizen.governorate_id is None:
        return {}
    return {
        "governorate": citizen.governorate,
        "area": citizen.city,
        "place": citizen.address[:200],
        "latitude": None,
        "longitude": None,
    }
