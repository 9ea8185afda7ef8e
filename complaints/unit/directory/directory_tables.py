"""What a table of reference data has for pages: its names, the columns of its list, its form, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable
from django_stubs_ext import StrPromise

from agencies.models import Reference
from agencies.models.base import holding, stripped
from agencies.reference_changes import ENDED_BY
from complaints.unit.directory.forms import DirectoryForm
from kit.arabic import strip_prefixes

NAMES = stripped("name_ar", "name_en")
#: The tabs of a list: what is in force, what of it still has to be checked, and what is over.
IN_FORCE, UNVERIFIED, ENDED = "", "unverified", "ended"
#: The most rows a list shows; the words of the search make it shorter.
MOST_ROWS = 200


@dataclass(frozen=True)
class Column:
    """One column of a list: its title, and what it says of a row."""

    title: StrPromise | str
    text: Callable[[Any], object]


@dataclass(frozen=True, kw_only=True)
class DirectoryTable:
    """A table of reference data as its pages show it; ``slug`` stands in their addresses."""

    slug: str
    model: type[Reference]
    form: type[DirectoryForm]
    title: StrPromise | str
    add_title: StrPromise | str
    end_title: StrPromise | str
    end_label: StrPromise | str
    columns: Sequence[Column]
    joined: tuple[str, ...] = ()
    searched: Combinable = NAMES

    @property
    def can_end(self) -> bool:
        """Tell whether its rows end; governorates do not: only a law does that, and it says what becomes of each."""
        return bool(self.end_title)

    def rows(self, *, on: date, words: str = "", view: str = IN_FORCE) -> models.QuerySet[Any]:
        """Return the rows of one tab of the list on a day that contain every one of ``words``."""
        found = self.model._default_manager.all()  # noqa: SLF001
        found = found.select_related(*self.joined) if self.joined else found
        found = found.exclude(self._in_force(on)) if view == ENDED else found.filter(self._in_force(on))
        found = found.exclude(unverified="") if view == UNVERIFIED else found
        for word in strip_prefixes(words).split():
            found = found.alias(searched=self.searched).filter(searched__contains=word)
        return found

    def is_ended(self, row: Reference, *, on: date) -> bool:
        """Tell whether a row is over on a day."""
        if not self.can_end:
            return False
        if self.model in ENDED_BY:
            return any(getattr(row, name) == value for name, value in ENDED_BY[self.model].items())
        last: date | None = getattr(row, "ends_on", None)
        return last is not None and last < on

    def _in_force(self, on: date) -> Q:
        if not self.can_end:
            return Q(pk__isnull=False)
        if self.model in ENDED_BY:
            return ~Q(**ENDED_BY[self.model])
        # What begins later is not over: it stands in the list with its first day.
        return holding(on) | Q(starts_on__gt=on)
