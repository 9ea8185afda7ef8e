"""The names that agencies had in the past."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from agencies.models import ReferenceChange
from agencies.reference_changes import NAMES
from kit.languages import current_language


def names_on(agencies: Collection[int], *, on: date) -> dict[int, str]:
    """Return the names of the agencies that were renamed since a day, as they were on it, in the reader's language.

    One query; agencies that have the same name today are left out.
    """
    name = NAMES[current_language() == "en"]
    renamed = ReferenceChange.objects.filter(
        thing="agency", row__in=agencies, before__has_key=name, effective_on__gt=on, applied_at__isnull=False
    )
    found: dict[int, str] = {}
    for change in renamed.order_by("effective_on", "pk"):
        found.setdefault(change.row, change.before[name])
    return found
