"""How many cases each tab and each saved filter holds, up to a cap, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from accounts.models import User
from complaints.desk.queue.tabs import UNCOUNTED, StaffContext, tab_cases
from complaints.models import CaseQuerySet
from kit.counts import CountOf

#: Counting stops here, so that a full queue costs what a short one does.
CAP = 99


def tab_counts(staff: StaffContext, more: Mapping[str, CaseQuerySet] | None = None) -> dict[str, int]:
    """Return how many cases each tab and each of ``more`` holds, by name; at most ``CAP`` + 1."""
    lists = {str(tab): tab_cases(tab, staff) for tab in staff.tabs if tab not in UNCOUNTED} | dict(more or {})
    parts = {name: CountOf(rows.order_by().values("pk")[: CAP + 1]) for name, rows in lists.items()}
    # One row to hang the counts on: the person's own.
    found: dict[str, int] = cast("Any", User.objects.filter(pk=staff.user.pk)).values(**_named(parts)).get()
    return {name: found[_column(name)] for name in lists}


def _named(parts: Mapping[str, CountOf]) -> dict[str, CountOf]:
    return {_column(name): part for name, part in parts.items()}


def _column(name: str) -> str:
    return f"count_{name.replace('-', '_')}"


def count_text(count: int) -> str:
    """Return a count as it is shown: ``99+`` beyond the cap."""
    return f"{CAP}+" if count > CAP else str(count)
