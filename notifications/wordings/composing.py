"""Makes a message out of its words and what a caller gives for the open ones; pure, whoever wrote the words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.models import Channel
from notifications.wordings import KINDS, SERVICE
from notifications.wordings.wording import Wording, filled

CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class WordingIncomplete(LookupError):
    """A template was asked for that does not exist or has no words for the channel, or a word of it was not given."""


@dataclass(frozen=True)
class Rendered:
    """A message's final words."""

    subject: str
    body: str


def compose(
    words: Wording, *, channel: str, language: str, context: Mapping[str, str], link: str = "", mark: str = ""
) -> Rendered:
    """Return the final words of a message.

    ``link`` is printed where the words have room for it, and below the text of an e-mail; ``mark`` ends an SMS without
    a link. Control characters in the context become spaces: a word cannot add a header or a line.
    Raises WordingIncomplete.
    """
    if not words.speaks_by(channel):
        text = f"no words for the channel {channel}"
        raise WordingIncomplete(text)
    known = known_words(context, language) | {"link": link}
    try:
        if channel == Channel.SMS:
            return Rendered("", _sms(words, known, mark))
        return Rendered(filled(words.subject, known), _letter(words, known))
    except KeyError as missing:
        text = f"the word {missing} was not given"
        raise WordingIncomplete(text) from missing


def known_words(context: Mapping[str, str], language: str) -> dict[str, str]:
    """Return what the open words stand for, as it is printed: control characters gone, the kind of case in words."""
    known = {key: CONTROLS.sub(" ", value).strip() for key, value in context.items()}
    kind = known.get("kind", "").lower()
    known["kind"] = KINDS.get(language, KINDS["ar"]).get(kind, kind)
    known["Kind"] = known["kind"].capitalize()
    known.setdefault("service", SERVICE.get(language, SERVICE["ar"]))
    return known


def _sms(words: Wording, known: Mapping[str, str], mark: str) -> str:
    if words.sms_carries_link and not known["link"]:
        text = f"the SMS {words.sms!r} needs its link: give the notice a reference"
        raise WordingIncomplete(text)
    text = filled(words.sms, known)
    return text if words.sms_carries_link or not words.marked else f"{text} {mark}".rstrip()


def _letter(words: Wording, known: Mapping[str, str]) -> str:
    """Return an e-mail's text: the sentence, the link on a line of its own, the signature."""
    parts = [filled(words.text, known), known["link"], f"{known['service']}\n{known['phone']}"]
    return "\n\n".join(part for part in parts if part)
