"""The messages of a case, and what puts them into any of their states."""

from collections.abc import Callable, Mapping

from complaints.models import Case
from notifications.models import Message, MessageState

type MakeMessage = Callable[..., Message]


def told(case: Case) -> Message:
    """Return the message that told the citizen of the filing."""
    return Message.objects.get(
        reference=case.reference, recipient=f"citizen:{case.citizen_id}", template="case_received"
    )


def put(message: Message, state: str, **more: object) -> Message:
    """Put a message into a state, with what the database asks for in it."""
    needed: Mapping[str, object] = {
        MessageState.UNKNOWN: {"unsure_since": message.created_at},
        MessageState.SENDING: {"lease_until": message.created_at},
    }.get(MessageState(state), {})
    Message.objects.filter(pk=message.pk).update(
        **({"state": state, "unsure_since": None, "lease_until": None} | dict(needed) | more)
    )
    message.refresh_from_db()
    return message


def of_citizen(case: Case, template: str) -> Message:
    return Message.objects.get(reference=case.reference, template=template)
