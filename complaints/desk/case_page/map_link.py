"""The link to the place of a case on a map outside the system."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings

from complaints.visibility.identity import CaseVisibility


def map_url(visibility: CaseVisibility) -> str:
    """Return the address of a map search for the place of a case; empty where it names no area and no place.

    The words are written into ``MAP_SEARCH_URL`` at ``{place}``; nothing is fetched from there by this system.
    """
    address: str = settings.MAP_SEARCH_URL
    named, governorate = visibility.whereabouts(), visibility.case.governorate
    if not address.startswith("https://") or not named:
        return ""
    words = " ".join([*reversed(named), *([governorate.name_ar] if governorate else [])])
    return address.replace("{place}", quote(words, safe=""))
