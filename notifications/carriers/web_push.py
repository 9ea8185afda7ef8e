"""Notifications on devices: one encrypted POST to the push service of a browser, which shows a message once."""

import json
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from notifications.carriers import Accepted, Declined, Meaning, OutgoingMessage
from notifications.carriers.public_addresses import PRIVATE, PrivateAddress
from notifications.carriers.public_connections import public_connections
from notifications.carriers.push_encryption import authorization, encrypt, to_text
from notifications.carriers.push_services import is_push_service, server_key
from notifications.models import Channel
from notifications.models.addresses import PUSH_LIFE, PushAddress
from notifications.runtime import timings

#: So many calls are made at once, to all push services together.
IN_FLIGHT: Final = 10
SUCCESS: Final = range(200, 300)
#: Answers that say what follows; any other means that the same call may be made later.
MEANINGS: Final = {
    404: Meaning.DEAD,
    410: Meaning.DEAD,
    400: Meaning.UNFIT,
    # The browser subscribed with another key of ours.
    403: Meaning.UNFIT,
    413: Meaning.UNFIT,
    401: Meaning.ACCOUNT,
}


class WebPushCarrier:
    """Hands messages to the push services that ``PUSH_HOSTS`` names, and to no other address.

    A message may be sent again whenever an answer is unclear: its id is the tag of the notification, and a second one
    takes the place of the first without a sound.
    """

    name = "web-push"
    channels = (Channel.PUSH,)
    in_flight = IN_FLIGHT

    def __init__(self) -> None:
        """Read the settings; raise ImproperlyConfigured naming the one that is wrong."""
        self._key = server_key()
        if not settings.PUSH_CONTACT.startswith(("mailto:", "https://")):
            text = "PUSH_CONTACT is neither mailto:… nor https://…, and PUSH_KEY is set."
            raise ImproperlyConfigured(text)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Make one call; every answer but a clear one means: later."""
        try:
            address = PushAddress.read(message.to)
            body = encrypt(_content(message), p256dh=address.p256dh, auth=address.auth)
        except ValueError:
            raise Declined(Meaning.DEAD, "keys") from None
        if not is_push_service(address.endpoint):
            raise Declined(Meaning.DEAD, PRIVATE)
        status = self._post(address.endpoint, body, message)
        if status in SUCCESS:
            return Accepted(message.message_id)
        raise Declined(MEANINGS.get(status, Meaning.BUSY), str(status))

    def _post(self, endpoint: str, body: bytes, message: OutgoingMessage) -> int:
        headers = {
            "Authorization": authorization(endpoint, self._key, contact=settings.PUSH_CONTACT, at=datetime.now(UTC)),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(PUSH_LIFE.total_seconds())),
            "Topic": to_text(bytes.fromhex(message.message_id.replace("-", ""))),
            "Urgency": "normal",
        }
        wait = Timeout(connect=timings().connect.total_seconds(), read=timings().program_read.total_seconds())
        try:
            with public_connections().request(
                "POST",
                endpoint,
                body=body,
                headers=headers,
                timeout=wait,
                redirect=False,
                retries=False,
                preload_content=False,
            ) as answer:
                return answer.status
        except PrivateAddress:
            raise Declined(Meaning.DEAD, PRIVATE) from None
        except HTTPError:
            # Without its cause: an error quotes the endpoint, by which anybody may push.
            raise Declined(Meaning.BUSY, "connection") from None


def _content(message: OutgoingMessage) -> bytes:
    """Return what the service worker shows: what an SMS says, and where a touch leads."""
    link = f"{settings.PUBLIC_URL}/r/{message.token}" if message.token else f"{settings.PUBLIC_URL}/{message.language}/"
    content = {
        "title": message.subject,
        "body": message.body,
        "tag": message.message_id,
        "url": link,
        "lang": message.language,
    }
    return json.dumps(content, ensure_ascii=False).encode()
