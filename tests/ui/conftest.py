"""What every test of the pages starts from."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def in_arabic() -> Iterator[None]:
    """Start in the default language: a page of the test before may have left its own active."""
    with override("ar"):
        yield
