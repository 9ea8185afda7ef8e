"""The names of what kept lists hold by key, in the language of the page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from accounts.models import User
from agencies.models import Agency, Governorate, Topic


@dataclass(frozen=True)
class Names:
    """Agencies, topics, governorates and people by their keys; what is gone meanwhile is missing."""

    agencies: Mapping[int, Agency]
    topics: Mapping[int, Topic]
    governorates: Mapping[int, Governorate]
    people: Mapping[str, User]


def names(
    *,
    agencies: Collection[int],
    topics: Collection[int] = (),
    governorates: Collection[int] = (),
    people: Collection[str] = (),
) -> Names:
    """Return the rows of these keys; four statements at most, whatever their number."""
    found = User.objects.filter(pk__in=people).only("name_ar", "name_en", "login")
    return Names(
        Agency.objects.in_bulk(set(agencies)),
        Topic.objects.in_bulk(set(topics)),
        Governorate.objects.in_bulk(set(governorates)),
        {str(user.pk): user for user in found} if people else {},
    )
