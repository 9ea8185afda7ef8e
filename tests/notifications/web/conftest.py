"""Twilio as the carrier that calls back."""

from typing import Any

import pytest

from tests.notifications.web.twilio_requests import choose_twilio


@pytest.fixture
def twilio_settings(settings: Any) -> None:
    """Let Twilio be our carrier."""
    choose_twilio(settings)
