"""The words that everybody who knows the service tries first: its names, its operator's, its address, its country."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from kit.arabic import fold

WORDS: Final = Path(__file__).parents[2] / "data" / "service_words.txt"
#: Shorter ones, as of an operator's name, occur in too many other words.
_SHORTEST: Final = 4


def service_words() -> tuple[str, ...]:
    """Return the words, folded, the longest first, so that what is left of a password has none of their beginnings."""
    return _words(settings.OPERATOR_NAME_AR, settings.OPERATOR_NAME_EN, urlsplit(settings.PUBLIC_URL).hostname or "")


@cache
def _words(*names: str) -> tuple[str, ...]:
    written = {fold(word).replace(" ", "") for word in WORDS.read_text(encoding="utf-8").splitlines()}
    of_names = {word for name in names for word in re.findall(r"\w+", fold(name))}
    found = {word for word in written | of_names if len(word) >= _SHORTEST}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))
