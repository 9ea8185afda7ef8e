"""The carrier of development and demonstrations: a ledger in the database, shown at /dev/outbox/."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.carriers import Accepted
from notifications.models import Channel, EmbeddedMail


class EmbeddedCarrier:
    """Write every message into the ledger and call it accepted; refused in production."""

    name = "embedded"

    def __init__(self) -> None:
        """Refuse to exist where real people wait for real messages."""
        if not settings.EMBEDDED:
            text = (
                "SMS_CARRIER or EMAIL_CARRIER names the embedded carrier, which sends nothing: "
                "choose a real carrier, or set EMBEDDED=true for development."
            )
            raise ImproperlyConfigured(text)

    def send(
        self,
        *,
        to: str,
        subject: str,
        body: str,
        language: str,  # noqa: ARG002 - the protocol's signature
        message_id: str,
        sender: str,  # noqa: ARG002 - the protocol's signature
    ) -> Accepted:
        """Add one row to the ledger, a second one if asked twice: the ledger is the evidence."""
        channel = Channel.EMAIL if "@" in to else Channel.SMS
        entry = EmbeddedMail.objects.create(message_id=message_id, channel=channel, to=to, subject=subject, body=body)
        return Accepted(str(entry.pk))
