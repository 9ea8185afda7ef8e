"""What a chart shows: rows of numbers, and the same numbers in words for its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ChartRow:
    """A row: its name, its numbers (None: nothing to show), and these as they are written.

    ``key`` is the code of what it stands for; ``hrefs`` are the pages of the cases behind each number, or empty.
    """

    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    key: str = ""
    hrefs: tuple[str, ...] = ()

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The numbers as they are written, each with its page."""
        return list(zip(self.texts, self.hrefs or ("",) * len(self.texts), strict=True))


def written(value: float) -> str:
    """Return a number as charts write it when nobody says otherwise: whole, with thousands separators."""
    return f"{value:,.0f}"


@dataclass(frozen=True)
class ChartData:
    """The rows of a chart under ``columns``, the first of which heads the names.

    ``write`` puts a number of the scale into words. ``highest`` is the end of the scale where it is known, such as 1
    for shares. ``mean`` is what the rows are compared with, and ``mean_name`` what that is called.
    """

    columns: tuple[str, ...]
    rows: tuple[ChartRow, ...]
    write: Callable[[float], str] = written
    highest: float | None = None
    mean: float | None = None
    mean_name: str = ""

    @property
    def series(self) -> tuple[str, ...]:
        """The names of the columns of numbers."""
        return self.columns[1:]

    @property
    def values(self) -> list[float]:
        """All numbers that are there."""
        return [value for row in self.rows for value in row.values if value is not None]
