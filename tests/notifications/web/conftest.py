"""Twilio as the carrier that calls back."""

from typing import Any

import pytest

from tests.fakes.twilio.account import ACCOUNT, TOKEN
from tests.notifications.web.twilio_requests import HOME, OURS


@pytest.fixture
def twilio_settings(settings: Any) -> None:
    """Let Twilio be our carrier."""
    settings.PUBLIC_URL = HOME
    settings.SMS_CARRIERS = ["notifications.carriers.twilio.TwilioCarrier"]
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.SMS_SENDER = ACCOUNT, TOKEN, "CMU"
    settings.SMS_REPLY_NUMBERS = [OURS]
