"""The interfaces as they answer once a step can no longer be undone."""

import pytest


@pytest.fixture(autouse=True)
def _sent_at_once(no_window: None) -> None:
    """Let calls leave and answers be read at once."""
