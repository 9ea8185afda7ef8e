"""How telephone numbers are shown."""

import pytest

from accounts import phones


@pytest.mark.parametrize(
    ("phone", "shown", "masked"),
    [
        ("+962790001234", "079 000 1234", "079 ••• ••34"),
        ("+201001234567", "+201001234567", "+20••••••••67"),
        ("", "", ""),
    ],
)
def test_a_telephone_is_shown_as_jordanians_read_it(phone, shown, masked):
    assert (phones.show(phone), phones.mask(phone)) == (shown, masked)
