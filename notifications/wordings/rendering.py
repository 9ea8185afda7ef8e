"""The words of every message as they count now: the unit's newest edition, else the built-in ones."""

from collections.abc import Mapping

from notifications.wordings import ARABIC, ENGLISH, LANGUAGES, TEMPLATES, WORDINGS, editions, words_needed
from notifications.wordings.composing import CONTROLS, Rendered, WordingIncomplete, compose
from notifications.wordings.sms import Size, segments, size
from notifications.wordings.wording import Wording

__all__ = [
    "ARABIC",
    "CONTROLS",
    "ENGLISH",
    "LANGUAGES",
    "TEMPLATES",
    "WORDINGS",
    "Rendered",
    "Size",
    "Wording",
    "WordingIncomplete",
    "render",
    "segments",
    "size",
    "wording",
    "words_needed",
]


def wording(template: str, language: str) -> Wording:
    """Return the words of a template; Arabic where the language is none of ours."""
    language = language if language in WORDINGS else "ar"
    try:
        built_in = WORDINGS[language][template]
    except KeyError as missing:
        raise WordingIncomplete(template) from missing
    return editions.current().get((template, language), built_in)


def render(
    template: str,
    *,
    channel: str,
    language: str,
    context: Mapping[str, str],
    link: str = "",
    mark: str = "",
) -> Rendered:
    """Return the final words of a message, as ``compose`` does, after refusing a context that lacks a word.

    A word that is needed in any language must be there in each, so that a gap is found by the first test, not by a
    reader. Raises WordingIncomplete.
    """
    words = wording(template, language)
    missing = sorted(key for key in words_needed(template) if not context.get(key, "").strip())
    if missing:
        text = f"{template}: {', '.join(missing)}"
        raise WordingIncomplete(text)
    return compose(words, channel=channel, language=language, context=context, link=link, mark=mark)
