"""Pages of a list that grow no slower with depth: each begins after the mark of the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from django.db.models import QuerySet

#: Rows of one page; one more is fetched, to know whether there is a next page.
PAGE = 25

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"([0-9]{1,16})-([0-9]{1,18})")

type Mark = tuple[datetime, int]


class HasKey(Protocol):
    """A row of a list: a model, or the row of a statement."""

    @property
    def pk(self) -> Any:
        """Return the key."""


@dataclass(frozen=True)
class KeysetPage[Row: HasKey]:
    """One page of rows, and the mark the next one starts after (empty on the last)."""

    rows: Sequence[Row]
    next: str


@dataclass(frozen=True)
class Order:
    """By which moment a list is sorted, and which end stands first; without a moment the key alone decides.

    Keys are given out in the order of filing.
    """

    moment: str = ""
    newest: bool = False

    @property
    def columns(self) -> list[str]:
        """Return the columns to sort by."""
        sign = "-" if self.newest else ""
        return [f"{sign}{name}" for name in (self.moment, "pk") if name]

    def after[Rows: QuerySet[Any]](self, rows: Rows, mark: Mark | None) -> Rows:
        """Return the rows that stand after ``mark``."""
        if mark is None:
            return rows
        moment, key = mark
        if not self.moment:
            return rows.filter(**{"pk__lt" if self.newest else "pk__gt": key})
        reached, passed = ("lte", "gte") if self.newest else ("gte", "lte")
        same = {self.moment: moment, f"pk__{passed}": key}
        return rows.filter(**{f"{self.moment}__{reached}": moment}).exclude(**same)

    def page(self, rows: QuerySet[Any]) -> KeysetPage[Any]:
        """Return the first page of ``rows``, which are sorted so and begin after their mark."""
        return self.first_page(list(rows[: PAGE + 1]))

    def first_page[Row: HasKey](self, found: Sequence[Row]) -> KeysetPage[Row]:
        """Return the first page of rows that were fetched, one more than a page or all there are."""
        if len(found) <= PAGE:
            return KeysetPage(found, "")
        return KeysetPage(found[:PAGE], self.mark(found[PAGE - 1]))

    def mark(self, row: HasKey) -> str:
        """Return the mark after which the rows behind ``row`` stand."""
        return write(getattr(row, self.moment) if self.moment else _EPOCH, row.pk)


def read(text: str) -> Mark | None:
    """Return the moment (microseconds since 1970) and the key in a mark, None when it is none."""
    found = _MARK.fullmatch(text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


def write(moment: datetime, pk: int) -> str:
    """Return the mark of a moment and a key."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{pk}"
