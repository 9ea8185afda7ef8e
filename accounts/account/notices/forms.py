"""Choosing the language and the channel of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _, override

from accounts.models.users import LANGUAGES
from kit.forms import Card, ChoiceCardsField, Form
from notifications.models import Channel


class NoticesForm(Form):
    """The language and the channel of messages; e-mail only to a confirmed address."""

    language = ChoiceCardsField(label=_("Language of the messages"))
    notify_by = ChoiceCardsField(
        label=_("How should we send you updates?"),
        error_messages={"required": _("Choose how we should send you updates")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, phone: str, email: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", language_cards())
        ways = {Channel.SMS: phone, Channel.EMAIL: email}
        self.offer(
            "notify_by",
            [Card(way.value, way.label, f"\u2066{address}\u2069") for way, address in ways.items() if address],
        )


def language_cards() -> list[Card]:
    """Return a card for each language."""
    return [Card(code, _in_itself(code, name)) for code, name in LANGUAGES]


def _in_itself(code: str, name: object) -> str:
    """Return a language's name in that language, so that whoever cannot read the page finds it."""
    with override(code):
        return str(name)
