"""The names that agencies had in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone

from agencies.models import Agency, ReferenceChange
from agencies.reference_changes import NAMES
from kit.compiled_reads import CompiledRead
from kit.languages import current_language


def names_on(agencies: Collection[int], *, on: date) -> dict[int, str]:
    """Return the names of the agencies that were renamed since a day, as they were on it, in the reader's language.

    One query; agencies that have the same name today are left out.
    """
    found: dict[int, str] = {}
    for agency, day, name in _renamings(agencies):
        if day > on:
            found.setdefault(agency, name)
    return found


class AgencyNames:
    """What ``agencies`` were called when something happened, in the reader's language.

    Asks the database, once, only if one of them was ever renamed.
    """

    def __init__(self, agencies: Iterable[Agency | None]) -> None:
        self._former: dict[int, list[tuple[date, str]]] = defaultdict(list)
        renamed = {agency.pk for agency in agencies if agency is not None and agency.renamed_on is not None}
        for agency, day, name in _renamings(renamed) if renamed else ():
            self._former[agency].append((day, name))

    def at(self, agency: Agency, moment: datetime) -> str:
        """Return the name of an agency on the day of ``moment``."""
        on = timezone.localdate(moment)
        return next((name for day, name in self._former.get(agency.pk, ()) if day > on), agency.name)


def _renamings(agencies: Collection[int]) -> list[tuple[int, date, str]]:
    """Return the days on which agencies gave up a name, with that name, the oldest first."""
    name = NAMES[current_language() == "en"]
    return [(row, day, before[name]) for row, day, before in _CHANGES.rows(name) if row in agencies]


def _changes(name: str) -> QuerySet[ReferenceChange, Any]:
    """Return all agencies' changes of ``name``: a list of keys would make a statement of its own each time."""
    changes = ReferenceChange.objects.filter(thing="agency", before__has_key=name, applied_at__isnull=False)
    return changes.order_by("effective_on", "pk").values_list("row", "effective_on", "before")


_CHANGES: Final = CompiledRead(_changes)
