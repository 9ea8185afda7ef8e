"""What the wording of one message in one language consists of, and its placeholders."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.models import Channel

FIELDS: Final = ("sms", "subject", "text")
PLACEHOLDER: Final = re.compile(r"{([A-Za-z_]+)}")


@dataclass(frozen=True)
class Wording:
    """The texts of one template in one language.

    ``sms`` has the short link where it says ``{link}``; a message that is never an SMS has none. ``subject`` and
    ``text`` are the e-mail's; the link, where the message has one, and the signature are added below the text.
    """

    sms: str
    subject: str
    text: str

    @property
    def sms_carries_link(self) -> bool:
        """Tell whether the SMS contains the link."""
        return "{link}" in self.sms

    def has_text_for(self, channel: str) -> bool:
        """Tell whether there is a text for a channel."""
        return bool(self.sms) if channel in {Channel.SMS, Channel.PUSH} else bool(self.text)

    def placeholders(self, field: str) -> frozenset[str]:
        """Return the names of the placeholders in a field."""
        return frozenset(PLACEHOLDER.findall(getattr(self, field)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its placeholders replaced, once: a value that looks like a placeholder stays as it is."""
    return PLACEHOLDER.sub(lambda name: values[name[1]], text)
