"""The pages of messages as tests ask for them."""

from django.urls import reverse

from accounts.models import User
from notifications.models import Message
from tests.complaints.pages import Desk


def page(desk: Desk, person: User, **query: object) -> str:
    return desk(person).get(reverse("messages"), query).content.decode()


def listed(desk: Desk, person: User, **query: object) -> list[Message]:
    return [row.message for row in desk(person).get(reverse("messages"), query).context["rows"]]


def decide(desk: Desk, person: User, message: Message, deed: str, *, seen: str | None = None):
    """Press a button of a message's page as it stands, or as it stood when it was ``seen``."""
    client = desk(person)
    url = reverse("message", args=[message.pk])
    mark = seen if seen is not None else client.get(url).context["detail"].mark
    return client.post(url, {"decision": deed, "seen": mark})


def buttons(desk: Desk, person: User, message: Message) -> list[str]:
    return [name for name, _deed in desk(person).get(reverse("message", args=[message.pk])).context["decisions"]]
