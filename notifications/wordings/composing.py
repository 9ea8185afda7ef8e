"""Makes the final texts of a message from a wording and the values of its placeholders; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from notifications.models import Channel
from notifications.wordings import CASE_KINDS, SERVICE_NAMES, YOUR_CASES
from notifications.wordings.wording import Wording, fill

CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: The placeholders whose values have lines of their own: they stand in the text of an e-mail alone.
LISTS: Final = frozenset({"cases"})


class WordingIncomplete(LookupError):
    """A template does not exist or has no text for the channel, or a value for a placeholder was not given."""


@dataclass(frozen=True)
class Rendered:
    """A message's final texts."""

    subject: str
    body: str


def compose(wording: Wording, *, channel: str, language: str, context: Mapping[str, str], link: str = "") -> Rendered:
    """Return the final texts of a message.

    ``link`` is printed where the wording has a place for it, and below the text of an e-mail. Control characters in
    the context become spaces: a value cannot add a header or, unless it is one of ``LISTS``, a line.
    Raises WordingIncomplete.
    """
    if not wording.has_text_for(channel):
        text = f"no words for the channel {channel}"
        raise WordingIncomplete(text)
    values = placeholder_values(context, language) | {"link": link}
    try:
        if channel == Channel.SMS:
            return Rendered("", _sms(wording, values))
        if channel == Channel.PUSH:
            # What an SMS says and no more: a touch leads where its link would.
            return Rendered(values["service"], fill(wording.sms, values | {"link": ""}).rstrip(" :"))
        return Rendered(fill(wording.subject, values), _email_text(wording, values))
    except KeyError as missing:
        text = f"the word {missing} was not given"
        raise WordingIncomplete(text) from missing


def placeholder_values(context: Mapping[str, str], language: str) -> dict[str, str]:
    """Return the values of the placeholders as they are printed: without control characters, kinds of case named."""
    values = {key: _lines(value) if key in LISTS else _line(value) for key, value in context.items()}
    kind = values.get("kind", "").lower()
    values["kind"] = CASE_KINDS.get(language, CASE_KINDS["ar"]).get(kind, kind)
    values["Kind"] = values["kind"].capitalize()
    # Given only where the longest one is measured; a kind without a noun of its own stands for itself.
    values.setdefault("yours", YOUR_CASES.get(language, YOUR_CASES["ar"]).get(kind, values["kind"]))
    values.setdefault("service", SERVICE_NAMES.get(language, SERVICE_NAMES["ar"]))
    return values


def _line(value: str) -> str:
    return CONTROL_CHARACTERS.sub(" ", value).strip()


def _lines(value: str) -> str:
    return "\n".join(_line(line) for line in value.split("\n")).strip()


def _sms(wording: Wording, values: Mapping[str, str]) -> str:
    if wording.sms_carries_link and not values["link"]:
        text = f"the SMS {wording.sms!r} needs its link: give the notice a reference"
        raise WordingIncomplete(text)
    return fill(wording.sms, values)


def _email_text(wording: Wording, values: Mapping[str, str]) -> str:
    """Return an e-mail's text: the sentence, the link on a line of its own, the signature."""
    parts = [fill(wording.text, values), values["link"], f"{values['service']}\n{values['phone']}"]
    return "\n\n".join(part for part in parts if part)
