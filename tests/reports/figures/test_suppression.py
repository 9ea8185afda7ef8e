"""What is withheld cannot be computed from what is shown."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings, strategies as st

from reports.figures.sums import SMALLEST, withheld_groups


@settings(max_examples=60)
@given(numbers=st.lists(st.integers(0, 12), min_size=2, max_size=5), hides=st.booleans())
def test_no_subtraction_reveals_a_group(numbers: list[int], *, hides: bool) -> None:
    """Every way to deal out what the sum leaves to the withheld groups is tried; one is hidden whatever its number."""
    groups = dict(enumerate(numbers))
    withheld = withheld_groups(groups, hidden={0} if hides else ())
    assert {key for key, number in groups.items() if 0 < number < SMALLEST} | ({0} if hides else set()) <= withheld
    counted = [key for key in withheld if groups[key]]
    assume(counted and len([number for number in numbers if number]) > 1 and sum(numbers) > len(numbers) + SMALLEST)
    whole = sum(groups[key] for key in counted)
    fitting = [guess for guess in product(range(1, whole + 1), repeat=len(counted)) if sum(guess) == whole]
    for place in range(len(counted)):
        assert len({guess[place] for guess in fitting}) > 1
