"""The built-in words of every message, by language and template, and the few other words they are made with."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from notifications.wordings import ar, en
from notifications.wordings.wording import FIELDS, Wording

LANGUAGES: Final = ("ar", "en")
ARABIC: Final[Mapping[str, Wording]] = ar.WORDINGS
ENGLISH: Final[Mapping[str, Wording]] = en.WORDINGS
WORDINGS: Final[Mapping[str, Mapping[str, Wording]]] = {"ar": ARABIC, "en": ENGLISH}
TEMPLATES: Final = tuple(ARABIC)
KINDS: Final[Mapping[str, Mapping[str, str]]] = {"ar": ar.KINDS, "en": en.KINDS}
SERVICE: Final[Mapping[str, str]] = {"ar": ar.SERVICE, "en": en.SERVICE}
LETTER: Final[Mapping[str, str]] = {"ar": ar.LETTER, "en": en.LETTER}

# What the outbox adds by itself; callers give the rest.
OWN_WORDS: Final = frozenset({"link", "host", "phone", "service"})


@cache
def words_needed(template: str) -> frozenset[str]:
    """Return the context keys a caller must give for a template, whatever the language, the channel and the edition."""
    names = {
        name.lower() for table in WORDINGS.values() for field in FIELDS for name in table[template].open_words(field)
    }
    return frozenset(names - OWN_WORDS)
