"""The case page as it is once nothing of it can be undone any more."""

import pytest


@pytest.fixture(autouse=True)
def _sent_at_once(no_window: None) -> None:
    """Let no case of these tests offer to undo its last step; ``test_undo_page`` sees what does."""
