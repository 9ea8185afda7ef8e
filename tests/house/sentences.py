"""The sentences of the pages that promise something, as a reader of the rendered page gets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS = frozenset({"p", "li", "td", "dd"})
END_OF_SENTENCE = re.compile(r"(?<=[.!?؟])(?<!No\.)\s+")
#: Marks that isolate a number in running text; nobody reads them.
UNSEEN = re.compile("[\u2066-\u2069\u200e\u200f\u061c]")


class Blocks(HTMLParser):
    """Collects the text of each block of a page, whatever is marked up inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block; one inside another goes on with it."""
        if tag in BLOCKS:
            if not self._open:
                self.texts.append("")
            self._open += 1

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self._open -= tag in BLOCKS and self._open > 0

    def handle_data(self, data: str) -> None:
        """Keep the text of the block."""
        if self._open:
            self.texts[-1] += data


def blocks(html: str) -> list[str]:
    """Return the text of each block of a page, on one line each."""
    parser = Blocks()
    parser.feed(html)
    return [text for each in parser.texts if (text := " ".join(UNSEEN.sub("", each).split()))]


def sentences(html: str) -> list[str]:
    """Return the sentences of a page, in their order."""
    return [sentence for block in blocks(html) for sentence in END_OF_SENTENCE.split(block)]
