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
from notifications.models import Channel
from notifications.runtime.timings import timings

# What Twilio's codes mean (https://www.twilio.com/docs/api/errors): those of a refused request, and those that come
# later with a message that could not be delivered. A refusal with a code that is not here is "unknown", and seen by a
# person; a failed delivery with one says nothing of the address.
MEANINGS: Final[Mapping[int, Meaning]] = {
    10001: Meaning.ACCOUNT,  # the account is not active
    20003: Meaning.ACCOUNT,  # the account or its token is refused
    20005: Meaning.ACCOUNT,  # the account is not active
    20006: Meaning.ACCOUNT,  # access denied
    20008: Meaning.ACCOUNT,  # credentials for tests
    20010: Meaning.ACCOUNT,  # action disabled for the account
    20403: Meaning.ACCOUNT,  # forbidden: suspended or closed
    20404: Meaning.ACCOUNT,  # the account is not found
    20429: Meaning.BUSY,  # too many requests
    21211: Meaning.DEAD,  # not a valid number
    21212: Meaning.ACCOUNT,  # not a valid sender: a setting
    21214: Meaning.DEAD,  # the number cannot be reached
    21217: Meaning.DEAD,  # the number does not look valid
    21219: Meaning.ACCOUNT,  # a trial account writes to verified numbers only
    21265: Meaning.DEAD,  # a short code as recipient
    21266: Meaning.UNFIT,  # sender and recipient are the same
    21267: Meaning.ACCOUNT,  # a trial account has no sender name
    21268: Meaning.DEAD,  # a premium or information number
    21408: Meaning.UNFIT,  # no permission for the number's region
    21470: Meaning.ACCOUNT,  # not an account
    21471: Meaning.ACCOUNT,  # the account does not exist
    21472: Meaning.ACCOUNT,  # the account is not active
    21601: Meaning.DEAD,  # the number cannot receive SMS
    21602: Meaning.UNFIT,  # no body
    21603: Meaning.ACCOUNT,  # no sender: a setting
    21604: Meaning.UNFIT,  # no recipient
    21605: Meaning.UNFIT,  # the body is too long
    21606: Meaning.ACCOUNT,  # the sender may not send: a setting
    21607: Meaning.ACCOUNT,  # a trial account sends from its sandbox only
    21608: Meaning.ACCOUNT,  # a trial account writes to verified numbers only
    21609: Meaning.ACCOUNT,  # the address of the callback is not valid: PUBLIC_URL
    21610: Meaning.STOPPED,  # the recipient answered STOP
    21611: Meaning.BUSY,  # the sender's queue is full
    21612: Meaning.UNFIT,  # the recipient cannot be reached from this sender
    21614: Meaning.DEAD,  # not a mobile number
    21616: Meaning.ACCOUNT,  # the sender matches several numbers
    21617: Meaning.UNFIT,  # the body is too long
    21618: Meaning.UNFIT,  # the body cannot be sent
    21619: Meaning.UNFIT,  # no body
    21635: Meaning.DEAD,  # a landline
    21657: Meaning.ACCOUNT,  # the sender's name is not valid
    21659: Meaning.ACCOUNT,  # the sender is not Twilio's: a setting
    21660: Meaning.ACCOUNT,  # the sender belongs to another account
    21661: Meaning.ACCOUNT,  # the sender cannot send SMS
    21663: Meaning.ACCOUNT,  # the sender's routing is set wrongly
    21910: Meaning.UNFIT,  # sender and recipient are of different channels
    30001: Meaning.BUSY,  # queue overflow
    30002: Meaning.ACCOUNT,  # the account was suspended
    30003: Meaning.UNFIT,  # the phone is off or out of reach: it may be on again tomorrow
    30004: Meaning.UNFIT,  # blocked, by the recipient, the country or a filter
    30005: Meaning.DEAD,  # the number is unknown or no longer in service
    30006: Meaning.DEAD,  # a landline
    30007: Meaning.UNFIT,  # filtered
    30008: Meaning.UNFIT,  # an error of the network's that it does not explain
    30010: Meaning.UNFIT,  # dearer than allowed
    30017: Meaning.BUSY,  # the network is congested
    30018: Meaning.ACCOUNT,  # the network wants the sender registered
    30019: Meaning.UNFIT,  # too large for the network
    30022: Meaning.BUSY,  # sent too fast
    30023: Meaning.BUSY,  # the day's limit is reached
    30024: Meaning.ACCOUNT,  # the sender is not provisioned at the network
    30027: Meaning.BUSY,  # the day's limit is reached
    30032: Meaning.ACCOUNT,  # the sender is not verified
    30033: Meaning.ACCOUNT,  # the campaign is suspended
    30034: Meaning.ACCOUNT,  # the sender is not registered
    30035: Meaning.ACCOUNT,  # the sender is still being set up
    30036: Meaning.BUSY,  # waited in Twilio's queue until it was too old
    30037: Meaning.ACCOUNT,  # sending is disabled for the account
    30038: Meaning.UNFIT,  # filtered as a code
    30039: Meaning.UNFIT,  # filtered as an echo
    30040: Meaning.ACCOUNT,  # the network wants the sender registered
    30041: Meaning.ACCOUNT,  # the country wants the sender registered
    30042: Meaning.ACCOUNT,  # the sender's name is generic or not ours
    30044: Meaning.ACCOUNT,  # too long for a trial account
    30410: Meaning.UNFIT,  # a network's timeout: it may have arrived
    30450: Meaning.BUSY,  # blocked for half an hour, as suspicious
    30453: Meaning.UNFIT,  # could not be delivered, as suspicious
    30454: Meaning.ACCOUNT,  # the account's limit of messages is reached
}
# Twilio's names of the states of a message. A name that is not here changes nothing.
STATUSES: Final[Mapping[str, Status]] = {
    "accepted": Status.TAKEN,
    "scheduled": Status.TAKEN,
    "queued": Status.TAKEN,
    "sending": Status.TAKEN,
    "sent": Status.TAKEN,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
ACCOUNT: Final = re.compile(r"AC[0-9a-f]{32}")
ADDRESS: Final = re.compile(r"https?://[^/]")
MESSAGE: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
# The list is sorted by the moment of sending, which a message in Twilio's queue does not have yet.
MARGIN: Final = timedelta(days=1)
PAGE: Final = 500
MOST_PAGES: Final = 1000
PIECE: Final = 64 * 1024
LONGEST_ANSWER: Final = 16 * 1024 * 1024


class TwilioCarrier:
    """Hand SMS to Twilio, and ask it what became of them."""

    name = "twilio"
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


def status_report(provider_id: str, word: str, code: str, body: str = "", *, to: str = "") -> StatusReport:
    """Return the report that a status of Twilio's and an error code make; an unknown status says that Twilio has it."""
    meaning = MEANINGS.get(int(code), Meaning.UNFIT) if code.isdecimal() else Meaning.UNFIT
    return StatusReport(provider_id, STATUSES.get(word, Status.TAKEN), word, code, meaning, body, to)


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
