"""The built-in wording of every message, by language and template, and the few other words they are made with."""

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
CASE_KINDS: Final[Mapping[str, Mapping[str, str]]] = {"ar": ar.CASE_KINDS, "en": en.CASE_KINDS}
YOUR_CASES: Final[Mapping[str, Mapping[str, str]]] = {"ar": ar.YOUR_CASES, "en": en.YOUR_CASES}
SERVICE_NAMES: Final[Mapping[str, str]] = {"ar": ar.SERVICE_NAME, "en": en.SERVICE_NAME}
WIDEST_LETTERS: Final[Mapping[str, str]] = {"ar": ar.WIDEST_LETTER, "en": en.WIDEST_LETTER}

# Placeholders that follow from another one, which is what callers give.
SYNONYMS: Final = {"Kind": "kind", "yours": "kind"}

# What the outbox adds to every context; callers give the rest.
PROVIDED_CONTEXT: Final = frozenset({"link", "host", "phone", "service"})


@cache
def required_context(template: str) -> frozenset[str]:
    """Return the context keys a caller must give for a template, whatever the language, the channel and the edition."""
    names = {
        SYNONYMS.get(name, name)
        for table in WORDINGS.values()
        for field in FIELDS
        for name in table[template].placeholders(field)
    }
    return frozenset(names - PROVIDED_CONTEXT)
