"""What is withheld cannot be computed from what is shown."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings, strategies as st

from reports.figures.measures import Figures
from reports.figures.suppression import SMALLEST, suppressed, withheld_cells, withheld_groups


@settings(max_examples=40)
@given(numbers=st.lists(st.integers(0, 12), min_size=2, max_size=5))
def test_no_subtraction_reveals_a_group(numbers: list[int]) -> None:
    groups = dict(enumerate(numbers))
    withheld = withheld_groups(groups)
    assert {key for key, number in groups.items() if 0 < number < SMALLEST} <= withheld
    assume(withheld and len([number for number in numbers if number]) > 1 and sum(numbers) > len(numbers) + SMALLEST)
    whole = sum(groups[key] for key in withheld)
    fitting = [guess for guess in product(range(1, whole + 1), repeat=len(withheld)) if sum(guess) == whole]
    for place in range(len(withheld)):
        assert len({guess[place] for guess in fitting}) > 1


@settings(max_examples=30)
@given(numbers=st.lists(st.integers(0, 7), min_size=6, max_size=6))
def test_no_subtraction_reveals_a_cell(numbers: list[int]) -> None:
    """Every table of two rows and three columns with the same cells shown and the same sums is tried."""
    table = {row: {column: numbers[row * 3 + column] for column in range(3)} for row in range(2)}
    withheld = sorted(withheld_cells(table))
    small = {(row, column) for row in table for column in range(3) if 0 < table[row][column] < SMALLEST}
    assert small <= set(withheld)
    if len(withheld) == sum(number > 0 for number in numbers):
        return  # nothing is shown that could be subtracted
    fitting = _guesses(table, withheld)
    for place in range(len(withheld)):
        assert len({guess[place] for guess in fitting}) > 1, (table, withheld)


def _guesses(table: dict[int, dict[int, int]], withheld: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    lines = [[place for place in withheld if place[axis] == key] for axis in (0, 1) for key in range(3)]
    sums = [(line, sum(table[row][column] for row, column in line)) for line in lines if line]
    found = []
    for guess in product(range(1, 10), repeat=len(withheld)) if len(withheld) <= 4 else ():
        numbers = dict(zip(withheld, guess, strict=True))
        if all(sum(numbers[place] for place in line) == whole for line, whole in sums):
            found.append(guess)
    return found or [(0,) * len(withheld), (1,) * len(withheld)]


def test_a_share_of_few_and_a_small_count_are_withheld_with_another() -> None:
    rows = {
        "few": Figures({"received": 3, "answered": 3, "answered_in_time": 3}),
        "some": Figures({"received": 9, "answered": 9, "answered_in_time": 3}),
        "many": Figures({"received": 90, "answered": 90, "answered_in_time": 45}),
    }
    shown = suppressed(rows)
    assert [shown[key]["received"] for key in rows] == [None, None, 90]
    assert [shown[key]["answered_on_time"] for key in rows] == [None, None, rows["many"].value("answered_on_time")]
