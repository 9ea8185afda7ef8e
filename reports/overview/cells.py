"""Cells of the tables on the page of all figures: numbers that open their cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.utils.safestring import SafeString

from kit.fragments import Fragment

_CELL: Final = Fragment("reports/overview/cell.html", "opening", "text", "closing")


def cells(written: Iterable[tuple[str, str]]) -> SafeString:
    """Return a cell for each number as it is written and the address of its cases, both markup; "" for no cases."""
    return _CELL.fill_markup(
        (f'<a href="{address}">', text, "</a>") if address else ("", text, "") for text, address in written
    )
