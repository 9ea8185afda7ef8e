"""The requests that Twilio would send to this system, signed."""

from typing import Any, Final
from urllib.parse import urlencode

from django.test import Client

from tests.fakes.twilio.account import ACCOUNT, TOKEN, FakeTwilio

HOME: Final = "https://bk.gov.jo"
INBOUND: Final = "/callbacks/twilio/inbound"
AMINA, KARIM = "+962790001234", "+962790005678"
#: The number at which replies to our messages arrive.
OURS: Final = "+15005550006"
SID: Final = f"SM{7:032x}"
SENT: Final = {"MessageSid": SID, "MessageStatus": "sent", "AccountSid": ACCOUNT, "To": AMINA, "From": "CMU"}
SAYS: Final = {"MessageSid": SID, "SmsStatus": "received", "AccountSid": ACCOUNT, "From": AMINA, "To": OURS}
TWILIO: Final = FakeTwilio()


def choose_twilio(settings: Any) -> None:
    """Let Twilio be the carrier, as the settings of a test say it."""
    settings.PUBLIC_URL = HOME
    settings.SMS_CARRIERS = ["notifications.carriers.twilio.TwilioCarrier"]
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.SMS_SENDER = ACCOUNT, TOKEN, "CMU"
    settings.SMS_REPLY_NUMBERS = [OURS]


def at(attempt_id: int) -> str:
    return f"/callbacks/twilio/{attempt_id}"


def post(path: str, told: Any, signature: str | None, **headers: str) -> Any:
    given = headers if signature is None else headers | {"HTTP_X_TWILIO_SIGNATURE": signature}
    return Client().post(path, urlencode(told), "application/x-www-form-urlencoded", **given)


def tell(path: str, told: dict[str, str]) -> Any:
    """Post what Twilio would, signed as Twilio would."""
    return post(path, told, TWILIO.signature(HOME + path, told))


def reply(said: str, *, sender: str = AMINA, **more: str) -> Any:
    return tell(INBOUND, SAYS | {"Body": said, "From": sender} | more)
