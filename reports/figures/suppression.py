"""Withholds small groups, and as many others as it takes that no subtraction reveals them.

A number of cases from 1 to 4 is withheld, and what could be computed from the rest with the sums that are published:
a second cell of the same row and column, and more where the two would still tell. What remains is checked cell by cell:
a withheld cell is safe when the published numbers fit another number in its place as well.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Mapping
from typing import Final

from reports.figures.measures import MEASURES, Figures, Value

#: Groups with fewer cases than this are withheld.
SMALLEST: Final = 5

type Table[R: Hashable, C: Hashable] = Mapping[R, Mapping[C, int]]
type Place[R, C] = tuple[R, C]


def withheld_cells[R: Hashable, C: Hashable](table: Table[R, C]) -> frozenset[tuple[R, C]]:
    """Return the cells of ``table`` to withhold, when all its other cells and the sums of rows and columns are shown.

    A cell of zero is shown. Where a table has too little to hide behind, all its cells but zeros are withheld.
    """
    withheld = {place for place, number in _cells(table) if 0 < number < SMALLEST}
    while exposed := next((place for place in sorted(withheld, key=str) if not _is_safe(table, withheld, place)), None):
        another = _another(table, withheld, exposed)
        if another is None:
            return frozenset(place for place, number in _cells(table) if number)
        withheld.add(another)
    return frozenset(withheld)


def withheld_groups[R: Hashable](groups: Mapping[R, int]) -> frozenset[R]:
    """Return the groups to withhold, when all the others and the sum of all are shown."""
    found = {group for group, number in groups.items() if 0 < number < SMALLEST}
    rest = sorted(
        (group for group, number in groups.items() if number and group not in found),
        key=lambda group: (groups[group], str(group)),
    )
    while found and rest and not _hides(groups, found):
        found.add(rest.pop(0))
    return frozenset(found)


def _hides[R: Hashable](groups: Mapping[R, int], found: set[R]) -> bool:
    """Tell whether several numbers fit each group in ``found``, whose sum is known and of which none is 0."""
    whole = sum(groups[group] for group in found)
    return len(found) > 1 and whole >= SMALLEST and whole > len(found)


# ---- rows and columns ----


def _cells[R: Hashable, C: Hashable](table: Table[R, C]) -> Iterator[tuple[tuple[R, C], int]]:
    for row, cells in table.items():
        for column, number in cells.items():
            yield (row, column), number


def _another[R: Hashable, C: Hashable](
    table: Table[R, C], withheld: set[tuple[R, C]], exposed: tuple[R, C]
) -> tuple[R, C] | None:
    """Return the smallest cell still shown: of the row or column of ``exposed`` if there is one, else of any other."""
    shown = [(place, number) for place, number in _cells(table) if number and place not in withheld]
    near = [each for each in shown if each[0][0] == exposed[0] or each[0][1] == exposed[1]]
    chosen = min(near or shown, key=lambda each: (each[1], str(each[0])), default=None)
    return chosen[0] if chosen else None


def _is_safe[R: Hashable, C: Hashable](table: Table[R, C], withheld: set[tuple[R, C]], place: tuple[R, C]) -> bool:
    """Tell whether ``place`` could be one more or one less, with all that is shown as it is and nothing withheld 0."""
    return _can_move(table, withheld, place, up=True) or _can_move(table, withheld, place, up=False)


def _can_move[R: Hashable, C: Hashable](
    table: Table[R, C], withheld: set[tuple[R, C]], place: tuple[R, C], *, up: bool
) -> bool:
    """Tell whether one case can wander along withheld cells of rows and columns in turn, and come back to ``place``."""
    if not up and table[place[0]][place[1]] < 2:  # noqa: PLR2004 - it would be 0
        return False
    waiting, seen = deque([(place, up)]), {(place, up)}
    while waiting:
        (row, column), is_more = waiting.popleft()
        # Along the column after the same step as the first, along the row after the opposite one.
        along_column = is_more == up
        for other in withheld:
            is_next = other[1] == column and other[0] != row if along_column else other[0] == row and other[1] != column
            if not is_next:
                continue
            if other == place and not along_column:
                return True
            step = (other, not is_more)
            if step in seen or other == place or (is_more and table[other[0]][other[1]] < 2):  # noqa: PLR2004 - the same
                continue
            seen.add(step)
            waiting.append(step)
    return False


# ---- rows of figures ----


def suppressed[K](rows: Mapping[K, Figures]) -> dict[K, dict[str, Value | None]]:
    """Return the measures of each group, None where they are withheld or where there is nothing to measure.

    Counts are withheld by themselves and in families that add up; shares, days and scores where they are taken of
    fewer than five cases, or where the count they are taken of is withheld.
    """
    shown: dict[K, dict[str, Value | None]] = {key: {} for key in rows}
    hidden = {name: _hidden(rows, name) for name, measure in MEASURES.items() if measure.unit == "count"}
    for family in _FAMILIES:
        table = {key: {name: int(figures.value(name) or 0) for name in family} for key, figures in rows.items()}
        for key, name in withheld_cells(table):
            hidden[name] |= {key}
    for key, figures in rows.items():
        for name, measure in MEASURES.items():
            bases = hidden.get(_BASES.get(name, ""), set()) if measure.unit != "count" else hidden[name]
            few = measure.unit in {"share", "score", "working_days"} and figures.base(name) < SMALLEST
            shown[key][name] = None if key in bases or few else figures.value(name)
    return shown


def _hidden[K](rows: Mapping[K, Figures], name: str) -> set[K]:
    return set(withheld_groups({key: figures.base(name) for key, figures in rows.items()}))


#: Counts that add up to another one, which is shown as well.
_FAMILIES: Final = (
    ("pending_week", "pending_month", "pending_quarter", "pending_older"),
    ("confirmed", "disputed", "unanswered"),
)
#: The count that tells how many cases a share or a number of days is taken of.
_BASES: Final = {
    "decided_on_time": "decided",
    "days_to_decide_median": "decided",
    "days_to_decide_p90": "decided",
    "answered_on_time": "answered",
    "days_to_answer_median": "answered",
    "days_to_answer_p90": "answered",
    "confirmed_gap": "confirmed",
    "rated": "unanswered",
    "satisfaction": "unanswered",
}
