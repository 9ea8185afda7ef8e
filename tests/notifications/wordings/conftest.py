"""The host that the built-in wordings were counted with."""

from typing import Any

import pytest


@pytest.fixture
def short_host(settings: Any) -> None:
    """Print the links the built-in words were counted with."""
    settings.SHORT_HOST = "bk.gov.jo"
