"""What the words of one message in one language consist of, and the words it leaves open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.models import Channel

FIELDS: Final = ("sms", "subject", "text")
OPEN_WORD: Final = re.compile(r"{([A-Za-z_]+)}")


@dataclass(frozen=True)
class Wording:
    """The words of one template in one language.

    ``sms`` ends in the short link where it says ``{link}``, else in the message's mark; a message that is never an SMS
    has none. ``subject`` and ``text`` are the e-mail's; the link, where the message has one, and the signature are
    added below the text.
    """

    sms: str
    subject: str
    text: str
    marked: bool = True

    @property
    def sms_carries_link(self) -> bool:
        """Say whether the SMS has room for the link."""
        return "{link}" in self.sms

    def speaks_by(self, channel: str) -> bool:
        """Say whether there are words for a channel."""
        return bool(self.sms) if channel == Channel.SMS else bool(self.text)

    def open_words(self, field: str) -> frozenset[str]:
        """Return the names in braces in a field."""
        return frozenset(OPEN_WORD.findall(getattr(self, field)))


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its open words replaced; nothing else in it is read, so that a word cannot open another."""
    return OPEN_WORD.sub(lambda name: known[name[1]], text)
