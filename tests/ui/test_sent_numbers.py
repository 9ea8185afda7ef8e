"""Numbers that pages and addresses send back: those that a column holds, and nothing else."""

import pytest

from kit.sent_numbers import sent_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("17", 17),
        ("007", 7),
        (str(2**63 - 1), 2**63 - 1),
        (str(2**63), None),
        # More digits than Python turns into a number.
        ("9" * 5000, None),
        ("٣", None),
        ("²", None),
        ("-1", None),
        ("1.0", None),
        (" 1", None),
        ("", None),
    ],
)
def test_a_number_that_a_column_holds_is_read(text: str, number: int | None) -> None:
    assert sent_number(text) == number
