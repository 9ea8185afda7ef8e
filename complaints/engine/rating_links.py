"""The signed link by which a citizen rates one answer without signing in."""

from __future__ import annotations

from typing import Final

from django.core.signing import BadSignature
from django.urls import reverse
from django.utils import translation

from complaints.engine.notices import first_occasion
from complaints.models import CaseEvent
from complaints.workflow import Action
from kit.link_pages import link_signer
from notifications.models import Message

#: The message that asks whether the answer helped; its short link leads here.
TEMPLATE: Final = "case_rating"
_OCCASION: Final = "rating:"
_SALT: Final = "complaints.ratings"


def occasion(closing: int) -> str:
    """Return the occasion of the question about a closing: each is asked about once."""
    return f"{_OCCASION}{closing}"


def token_for(closing: int) -> str:
    """Return the signed key of a closing: nothing of the person, and no expiry of its own."""
    return link_signer(_SALT).sign(str(closing))


def read(token: str) -> CaseEvent | None:
    """Return the closing that a link was made for, with its case; None when the signature is not ours."""
    try:
        key = int(link_signer(_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None
    closings = CaseEvent.objects.select_related("case__agency", "case__topic", "case__citizen")
    return closings.filter(pk=key, action=Action.CLOSE).first()


def rating_path(message: Message) -> str:
    """Return where the short link of a question leads, in the language of the message."""
    closing = int(first_occasion(message).removeprefix(_OCCASION))
    with translation.override(message.language):
        return reverse("rating", args=[token_for(closing)])
