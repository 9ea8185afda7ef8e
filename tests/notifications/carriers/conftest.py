"""A Twilio to send to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.twilio.account import ACCOUNT, TOKEN, FakeTwilio
from tests.fakes.twilio.server import serving


@pytest.fixture
def twilio(settings: Any) -> Iterator[FakeTwilio]:
    """Serve a Twilio and point the settings to it."""
    with serving() as fake:
        settings.TWILIO_API_URL = fake.url
        settings.TWILIO_ACCOUNT_SID = ACCOUNT
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.SMS_SENDER = "CMU"
        # Nobody listens to callbacks here.
        settings.PUBLIC_URL = "http://127.0.0.1:1"
        yield fake
