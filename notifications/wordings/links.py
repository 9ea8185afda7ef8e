"""The addresses printed in messages: the short link of each channel, and the host a browser matches a code to."""

from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from notifications.models import Channel

# No vowels, so that no token is a word; nothing that is read as something else on a small screen (0 O, 1 I l).
ALPHABET: Final = "23456789BCDFGHJKLMNPQRSTVWXZbcdfghjkmnpqrstvwxz"
LINK_LETTERS: Final = 6
# Stands for a letter of a token that is not rolled yet.
DOT: Final = "·"


def short_host() -> str:
    """Return the host printed in short links."""
    return str(settings.SHORT_HOST or urlsplit(settings.PUBLIC_URL).netloc)


def short_link(token: str, channel: str) -> str:
    """Return the short link, in an SMS without its scheme, since each letter counts.

    It has no closing slash: at the end of a line that reads from the right the slash would be drawn in front.
    """
    return f"{short_host()}/r/{token}" if channel == Channel.SMS else f"{settings.PUBLIC_URL}/r/{token}"


def common_context() -> dict[str, str]:
    """Return the values every message may use: the number to call, and the host a browser matches a code to."""
    return {"phone": settings.CALL_CENTRE_PHONE, "host": urlsplit(settings.PUBLIC_URL).hostname or ""}
