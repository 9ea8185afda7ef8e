"""The tracking number survives the telephone: a wrong digit or a swap of neighbours is noticed."""

import pytest
from hypothesis import given, strategies as st

from complaints import reference

serials = st.integers(min_value=1, max_value=reference.SERIALS - 1)


def test_a_number_has_the_year_the_serial_and_a_check_digit() -> None:
    assert reference.make(year=2026, serial=572) == "2600005727"


@pytest.mark.parametrize("serial", [0, -1, reference.SERIALS])
def test_a_serial_out_of_range_is_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="is outside"):
        reference.make(year=2026, serial=serial)


@given(serials, st.integers(0, 9), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(serial: int, place: int, by: int) -> None:
    good = reference.make(year=2026, serial=serial)
    wrong = str((int(good[place]) + by) % 10)
    assert not reference.is_valid(good[:place] + wrong + good[place + 1 :])


@given(serials, st.integers(0, 8))
def test_every_swap_of_neighbours_is_noticed(serial: int, place: int) -> None:
    good = reference.make(year=2026, serial=serial)
    swapped = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert reference.is_valid(swapped) == (swapped == good)


@pytest.mark.parametrize("typed", ["26 0000 5727", "26-0000-5727", "٢٦٠٠٠٠٥٧٢٧", "۲۶ ۰۰۰۰ ۵۷۲۷", " 2600005727 "])
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert reference.parse(typed) == "2600005727"


@pytest.mark.parametrize("typed", ["", "260000572", "26000057278", "2600005728", "26O0005727", "²600005727", "مياه"])
def test_anything_else_is_no_number(typed: str) -> None:
    assert reference.parse(typed) is None
