"""The form for the language of messages to staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.account.notices.forms import language_cards
from kit.forms import ChoiceCardsField, Form


class LanguageForm(Form):
    """The language of all messages."""

    language = ChoiceCardsField(label=_("Language of the messages"))

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", language_cards())
