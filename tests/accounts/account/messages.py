"""What was sent about the account itself."""

from notifications.models import Message


def told() -> list[tuple[str, str]]:
    return [(message.template, message.address) for message in Message.objects.order_by("created_at", "template")]
