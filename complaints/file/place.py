"""Where a case is, as a search on a map outside the system."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings

if TYPE_CHECKING:
    from complaints.models import Case


def map_url(case: Case) -> str:
    """Return the address of a map search for the place of ``case``; empty where it names no area and no place.

    The words are written into ``MAP_SEARCH_URL`` at ``{place}``; nothing is fetched from there by this system.
    """
    address: str = settings.MAP_SEARCH_URL
    if not address.startswith("https://") or not (case.area or case.place):
        return ""
    governorate = case.governorate.name_ar if case.governorate else ""
    parts = [part.strip() for part in (case.place, case.area, governorate) if part.strip()]
    words = " ".join(parts)
    return address.replace("{place}", quote(words, safe=""))
