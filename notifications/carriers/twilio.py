"""SMS through Twilio's own client: explicit timeouts, no repeats, every error code judged in one table."""

from http import HTTPStatus
from typing import Any, Final

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from notifications.carriers import Accepted, NotSent, Refused, Uncertain

CONNECT_SECONDS: Final = 5.0
# Twilio answers in under a second; its own limit is 15. The sender's lease is 90.
READ_SECONDS: Final = 20.0

# Twilio's code → whether asking again is useless (https://www.twilio.com/docs/api/errors). A 4xx with a code that is
# not here is "unknown", and seen by a person.
PERMANENT: Final[dict[int, bool]] = {
    20003: False,  # the account or its token is refused: the line is at fault, not the number
    20404: False,  # the account is not found: same
    20429: False,  # too many requests
    21211: True,  # not a valid number
    21214: True,  # the number cannot be reached
    21217: True,  # the number does not look valid
    21265: True,  # a short code as recipient
    21408: True,  # no permission for the number's region
    21601: True,  # the number cannot receive SMS
    21602: True,  # no body
    21603: False,  # no sender: a setting
    21604: True,  # no recipient
    21606: False,  # the sender may not send: a setting
    21608: False,  # a trial account
    21610: True,  # the recipient answered STOP
    21611: False,  # the sender's queue is full
    21612: True,  # the recipient cannot be reached from this sender
    21614: True,  # not a mobile number
    21617: True,  # the body is too long
    21659: False,  # the sender is not ours: a setting
    30001: False,  # queue overflow
    30002: False,  # account suspended
}


class _Http(TwilioHttpClient):  # type: ignore[misc]  # the client is not typed
    """The client's transport with a time to connect and a time to read, no repeats and a closed mouth."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        # Set here because the constructor compares its argument with zero, and a pair is not comparable.
        self.timeout = (CONNECT_SECONDS, READ_SECONDS)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Log nothing: the client would log where and what it asks."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Log nothing, for the same reason."""


class TwilioCarrier:
    """Hand SMS to Twilio."""

    name = "twilio"

    def __init__(self) -> None:
        """Make the client; raise ImproperlyConfigured where the account is not set."""
        for setting in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SMS_SENDER"):
            if not getattr(settings, setting):
                text = f"{setting} is empty, and SMS_CARRIER is Twilio."
                raise ImproperlyConfigured(text)
        self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=_Http())
        if settings.TWILIO_API_URL:
            self._client.api.base_url = settings.TWILIO_API_URL

    def send(
        self,
        *,
        to: str,
        subject: str,  # noqa: ARG002 - an SMS has none
        body: str,
        language: str,  # noqa: ARG002 - the letters decide the encoding
        message_id: str,  # noqa: ARG002 - Twilio takes no id of ours
        sender: str,
    ) -> Accepted:
        """Create one message at Twilio."""
        try:
            created = self._client.messages.create(to=to, from_=sender, body=body)
        except (TwilioRestException, TwilioServiceException) as error:
            raise _judged(error) from None
        except requests.ConnectionError as error:
            if _never_connected(error):
                raise NotSent(code="connect") from None
            raise
        if not created.sid:
            raise Uncertain(code="no sid")
        return Accepted(created.sid)


def _judged(error: TwilioRestException | TwilioServiceException) -> Exception:
    """Return what an answer of Twilio's means for the message; the answer itself where that is not certain."""
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return NotSent(str(error.code))
    if HTTPStatus.BAD_REQUEST <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR and error.code in PERMANENT:
        return Refused(str(error.code), permanent=PERMANENT[error.code])
    return Uncertain(str(error.code or error.status))


def _never_connected(error: requests.ConnectionError) -> bool:
    """Say whether the failure came before a connection: refused, no such host, or no answer to the knock."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
