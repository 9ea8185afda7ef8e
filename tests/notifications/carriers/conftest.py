"""A Twilio and a gateway over HTTP to send to."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.twilio.account import ACCOUNT, TOKEN, FakeTwilio
from tests.fakes.twilio.server import serving
from tests.notifications.carriers.gateway import BODY, RULES
from tests.notifications.servers import GatewayLike, gateway_like


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


@pytest.fixture
def gateway(settings: Any) -> Iterator[GatewayLike]:
    """Serve a gateway and describe it in the settings."""
    with gateway_like() as server:
        settings.SMS_SENDER = "CMU"
        settings.SMS_HTTP_URL = server.url
        settings.SMS_HTTP_BODY = json.dumps(BODY)
        settings.SMS_HTTP_ANSWERS = json.dumps(RULES)
        yield server
