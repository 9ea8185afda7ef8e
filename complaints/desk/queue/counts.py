"""How much each view and each saved filter holds, up to a cap, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from accounts.models import User
from complaints.desk.queue.tabs import UNCOUNTED, Seat, cases_of
from complaints.models import CaseQuerySet
from kit.counts import CountOf

#: Counts stop here, so that a full queue costs what a short one does.
CAP = 99


def counts_of(seat: Seat, more: Mapping[str, CaseQuerySet] | None = None) -> dict[str, int]:
    """Return how many cases each view holds, and each of ``more``, up to ``CAP`` + 1, by their names."""
    lists = {str(tab): cases_of(tab, seat) for tab in seat.tabs if tab not in UNCOUNTED} | dict(more or {})
    parts = {name: CountOf(rows.order_by().values("pk")[: CAP + 1]) for name, rows in lists.items()}
    # One row to hang the counts on: the person's own.
    found: dict[str, int] = cast("Any", User.objects.filter(pk=seat.user.pk)).values(**_named(parts)).get()
    return {name: found[_column(name)] for name in lists}


def _named(parts: Mapping[str, CountOf]) -> dict[str, CountOf]:
    return {_column(name): part for name, part in parts.items()}


def _column(name: str) -> str:
    return f"count_{name.replace('-', '_')}"


def words(count: int) -> str:
    """Return a count as it is shown: a number, or that there are more than the cap."""
    return f"{CAP}+" if count > CAP else str(count)
