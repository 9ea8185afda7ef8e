"""SMS through Twilio's own client, with explicit timeouts, no retries, and one table of what error codes mean."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any, Final

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from notifications.carriers import (
    Accepted,
    Declined,
    Meaning,
    OutgoingMessage,
    Status,
    StatusReport,
    StatusUnavailable,
    Uncertain,
    read_in_flight,
)
from notifications.carriers.connections import FreshConnections, never_reached
from notifications.carriers.twilio_states import MEANINGS, MESSAGE, NAME, status_report
from notifications.models import Channel
from notifications.runtime import timings

ACCOUNT: Final = re.compile(r"AC[0-9a-f]{32}")
ADDRESS: Final = re.compile(r"https?://[^/]")
# The list is sorted by the moment of sending, which a message in Twilio's queue does not have yet.
MARGIN: Final = timedelta(days=1)
PAGE: Final = 500
MOST_PAGES: Final = 1000
PIECE: Final = 64 * 1024
LONGEST_ANSWER: Final = 16 * 1024 * 1024


class TwilioCarrier:
    """Hand SMS to Twilio, and ask it what became of them."""

    name = NAME
    channels = (Channel.SMS,)

    def __init__(self) -> None:
        """Make the client; raise ImproperlyConfigured where the account is not set."""
        for setting in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SMS_SENDER"):
            _require(setting, bool(getattr(settings, setting)), "is empty, and SMS_CARRIERS names Twilio")
        account, url = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_API_URL
        _require("TWILIO_ACCOUNT_SID", bool(ACCOUNT.fullmatch(account)), "is not AC and 32 hexadecimal digits")
        _require("TWILIO_API_URL", not url or bool(ADDRESS.match(url)), "is not like https://api.twilio.com")
        self.in_flight = read_in_flight("TWILIO_IN_FLIGHT")
        self._client = Client(account, settings.TWILIO_AUTH_TOKEN, http_client=_BoundedHttp(self.in_flight))
        if url:
            self._client.api.base_url = url

    def send(self, message: OutgoingMessage) -> Accepted:
        """Create one message at Twilio."""
        try:
            created = self._client.messages.create(
                to=message.to,
                from_=settings.SMS_SENDER,
                body=message.body,
                status_callback=callback_url(message.attempt_id),
            )
        except (TwilioRestException, TwilioServiceException) as error:
            raise _judged(error) from None
        except requests.RequestException as error:
            raise never_reached(error) or Uncertain(code="connection") from None
        except HTTPError:
            raise Uncertain(code="connection") from None
        if not isinstance(created.sid, str) or not MESSAGE.fullmatch(created.sid):
            raise Uncertain(code="no sid")
        return Accepted(created.sid)

    def find(self, message: OutgoingMessage, *, since: datetime) -> StatusReport | None:
        """Return the message from the list of what went to its number, known by its token; one that failed comes last.

        Asked by number and not by date: a message in Twilio's queue has no date of sending.
        """
        listed = self._back_to(since - MARGIN, to=message.to)
        found = [_report(resource) for resource in listed if _is_same(message, resource)]
        return next((each for each in found if each.status != Status.FAILED), found[0] if found else None)

    def fetch(self, provider_id: str) -> StatusReport | None:
        """Return the message by Twilio's id."""
        with _or_unavailable():
            try:
                return _report(self._client.messages(provider_id).fetch())
            except TwilioRestException as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return None
                raise

    def listing(self, *, since: datetime, until: datetime) -> Iterator[StatusReport]:
        """Yield every message of ours that Twilio took in the span, newest first."""
        for message in self._back_to(since - MARGIN):
            if since <= message.date_created < until:
                yield _report(message)

    def _back_to(self, moment: datetime, **asked: str) -> Iterator[Any]:
        """Yield the messages of the list, newest first, until a whole page is older.

        Raises StatusUnavailable for any gap.
        """
        with _or_unavailable():
            page = self._client.messages.page(page_size=PAGE, **asked)
        for _ in range(MOST_PAGES):
            with _or_unavailable():
                messages = [message for message in page if message.direction != "inbound"]
                is_older = bool(messages) and all(message.date_created < moment for message in messages)
            yield from messages
            if is_older or not page.next_page_url:
                return
            with _or_unavailable():
                page = page.next_page()
        raise StatusUnavailable


def callback_url(attempt_id: int) -> str:
    """Return the address at which Twilio reports on an attempt."""
    return f"{settings.PUBLIC_URL}/callbacks/twilio/{attempt_id}"


class _BoundedHttp(HttpClient):  # type: ignore[misc]  # the client is not typed
    """A transport with timeouts, without retries and without logs.

    Twilio's own stores the last answer on itself, where another thread may replace it before it is returned.
    """

    def __init__(self, in_flight: int) -> None:
        super().__init__(logger=None, is_async=False)
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, FreshConnections(in_flight))

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> Response:
        """Make one request, without following redirects."""
        connect, read = timings().connect.total_seconds(), timings().read.total_seconds()
        until = monotonic() + connect + read
        with self._session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
            timeout=(connect, read),
            allow_redirects=False,
            stream=True,
        ) as answer:
            text = _read_text(answer, until)
            if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # Whatever its text claims, this may have been taken.
                raise Uncertain(str(answer.status_code))
            return Response(answer.status_code, text, answer.headers)


def _read_text(answer: requests.Response, until: float) -> str:
    """Return the text of an answer; raise Uncertain where it takes too long or is too large."""
    read = bytearray()
    while piece := answer.raw.read1(PIECE, decode_content=True):
        read += piece
        if monotonic() > until or len(read) > LONGEST_ANSWER:
            raise Uncertain(code="slow")
    return read.decode(errors="replace")


def _judged(error: TwilioRestException | TwilioServiceException) -> Exception:
    """Return the exception that a refusal of Twilio's means: Declined where the code is known, else Uncertain."""
    code = error.code if isinstance(error.code, int) else error.status
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Declined(Meaning.BUSY, str(code))
    if error.status >= HTTPStatus.BAD_REQUEST and code in MEANINGS:
        return Declined(MEANINGS[code], str(code))
    return Uncertain(str(code))


def _is_same(message: OutgoingMessage, resource: Any) -> bool:
    """Tell a message by its token; one without by its whole text, where no other message to that number is this one.

    Bodies must not be redacted at Twilio.
    """
    if not resource.body:
        raise StatusUnavailable
    if message.token:
        return message.token in resource.body
    return message.body == resource.body and resource.sid not in message.known_ids


def _report(resource: Any) -> StatusReport:
    code = "" if resource.error_code is None else str(resource.error_code)
    return status_report(str(resource.sid), str(resource.status), code, resource.body or "", to=resource.to or "")


@contextmanager
def _or_unavailable() -> Iterator[None]:
    """Turn any error into StatusUnavailable, without its text: that may hold the number that was asked for."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the list is not read whole, whatever the reason
        raise StatusUnavailable(type(error).__name__) from None


def _require(setting: str, is_right: bool, what: str) -> None:  # noqa: FBT001 - read at a glance above
    if not is_right:
        text = f"{setting} {what}."
        raise ImproperlyConfigured(text)
