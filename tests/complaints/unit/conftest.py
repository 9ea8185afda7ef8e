"""The pages of the unit: the moment and the language they are asked for in."""

import pytest

from tests.complaints.pages import Clock


@pytest.fixture(autouse=True)
def _in_english_at_the_moment_of_the_cast(clock: Clock, english: None) -> None:
    """Let every page of this room be asked for in English, at the moment the cast lives in."""
