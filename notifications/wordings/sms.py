"""What a text costs as an SMS: its encoding, its places, its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these costs two places: GSM 03.38 reaches them through an escape.
GSM_EXTENSION: Final = frozenset("^{}\\[~]|€\f")
GSM, UCS = "GSM-7", "UCS-2"
# Places of a message that is alone, and of each part of one that is joined (3GPP TS 23.038 and 23.040).
ALONE: Final = {GSM: 160, UCS: 70}
JOINED: Final = {GSM: 153, UCS: 67}


@dataclass(frozen=True)
class Size:
    """What a text costs as an SMS."""

    encoding: str
    places: int
    segments: int

    def room(self, parts: int) -> int:
        """Return how many places ``parts`` parts of this encoding have."""
        return ALONE[self.encoding] if parts == 1 else JOINED[self.encoding] * parts


def size(text: str) -> Size:
    """Return the encoding, the places taken and the segments of a text sent as an SMS.

    GSM-7: 160 places in one segment, 153 in each of several; UCS-2: 70 and 67, counted in UTF-16 units.
    """
    if not beyond_gsm(text):
        widths = [2 if letter in GSM_EXTENSION else 1 for letter in text]
        return Size(GSM, sum(widths), _segments_needed(widths, alone=ALONE[GSM], joined=JOINED[GSM]))
    widths = [2 if ord(letter) > 0xFFFF else 1 for letter in text]  # noqa: PLR2004 - the last letter of one UTF-16 unit
    return Size(UCS, sum(widths), _segments_needed(widths, alone=ALONE[UCS], joined=JOINED[UCS]))


def segments(text: str) -> int:
    """Return how many segments a text takes as an SMS."""
    return size(text).segments


def beyond_gsm(text: str) -> list[str]:
    """Return the letters, each once, that leave a text only 70 places instead of 160."""
    return list(dict.fromkeys(letter for letter in text if letter not in GSM_BASIC and letter not in GSM_EXTENSION))


def _segments_needed(widths: Sequence[int], *, alone: int, joined: int) -> int:
    """Return how many segments letters of these widths fill; a letter of two places is never cut in half."""
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
