"""The final texts of messages: the unit's newest edition of a wording, else the built-in one, with a context."""

from collections.abc import Mapping

from notifications.wordings import WORDINGS, editions, required_context
from notifications.wordings.composing import Rendered, WordingIncomplete, compose
from notifications.wordings.wording import Wording


def current_wording(template: str, language: str) -> Wording:
    """Return the wording of a template that is in force; the Arabic one where the language is none of ours.

    Raises WordingIncomplete for a template that does not exist.
    """
    language = language if language in WORDINGS else "ar"
    try:
        built_in = WORDINGS[language][template]
    except KeyError as missing:
        raise WordingIncomplete(template) from missing
    return editions.in_force().get((template, language), built_in)


def render(
    template: str,
    *,
    channel: str,
    language: str,
    context: Mapping[str, str],
    link: str = "",
) -> Rendered:
    """Return the final texts of a message, as ``compose`` does.

    A key of the context that one language needs is required in each, so that a test finds a gap before a reader does.
    Raises WordingIncomplete.
    """
    missing = sorted(key for key in required_context(template) if not context.get(key, "").strip())
    if missing:
        text = f"{template}: {', '.join(missing)}"
        raise WordingIncomplete(text)
    wording = current_wording(template, language)
    return compose(wording, channel=channel, language=language, context=context, link=link)
