"""The carrier of development and demonstrations: it stores messages, which /dev/outbox/ shows."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.carriers import Accepted, OutgoingMessage, Status, StatusReport
from notifications.models import Channel, EmbeddedMail


class EmbeddedCarrier:
    """Store every message and call it accepted; refused in production."""

    name = "embedded"

    def __init__(self) -> None:
        """Refuse to exist where real people wait for real messages."""
        if not settings.EMBEDDED:
            text = (
                "SMS_CARRIERS or EMAIL_CARRIERS names the embedded carrier, which sends nothing: "
                "choose a real carrier, or set EMBEDDED=true for development."
            )
            raise ImproperlyConfigured(text)

    def send(self, message: OutgoingMessage) -> Accepted:
        """Add one row, and a second one if asked twice: the rows show what was sent."""
        channel = Channel.EMAIL if "@" in message.to else Channel.SMS
        entry = EmbeddedMail.objects.create(
            message_id=message.message_id, channel=channel, to=message.to, subject=message.subject, body=message.body
        )
        return Accepted(str(entry.pk))

    def find(self, message: OutgoingMessage, *, since: datetime) -> StatusReport | None:  # noqa: ARG002 - found by id
        """Return the message's first row, if it has one."""
        return _report(EmbeddedMail.objects.filter(message_id=message.message_id).order_by("sent_at", "pk").first())

    def fetch(self, provider_id: str) -> StatusReport | None:
        """Return the row; whatever is stored counts as delivered."""
        return _report(EmbeddedMail.objects.filter(pk=provider_id).first())

    def listing(self, *, since: datetime, until: datetime) -> Iterator[StatusReport]:
        """Yield the rows of the span."""
        for entry in EmbeddedMail.objects.filter(sent_at__gte=since, sent_at__lt=until):
            yield StatusReport(str(entry.pk), Status.DELIVERED, "delivered", body=entry.body, to=entry.to)


def _report(entry: EmbeddedMail | None) -> StatusReport | None:
    return None if entry is None else StatusReport(str(entry.pk), Status.DELIVERED, "delivered")
