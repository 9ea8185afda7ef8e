"""A lint for rendered pages: number groups that an Arabic sentence would show the wrong way round."""

import re
from html.parser import HTMLParser

# Digits joined by a space, a bullet or a dash, and a leading plus: all are turned round between Arabic letters.
TURNED = re.compile(r"(?<![\w])\+\d|\d[ \u00a0][\d•]|\d[-–]\d")
# Where no markup can stand, Unicode's own marks isolate.
ISOLATED = re.compile("[\u2066\u2068][^\u2069]*\u2069")
# These cannot hold markup (or are not read), so numbers in them are written unbroken instead.
UNREAD = frozenset({"script", "style", "title", "option", "textarea"})
VOID = frozenset(
    {"meta", "link", "input", "br", "hr", "img", "path", "polygon", "line", "rect", "circle", "polyline", "use"}
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = dict(attrs)
        isolated = tag == "bdi" or given.get("dir") in {"ltr", "auto"} or given.get("direction") == "ltr"
        self.open.append((tag, isolated or bool(self.open and self.open[-1][1])))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Ignore what closes itself: it holds no text."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        if not self.open:
            return
        tag, isolated = self.open[-1]
        if not isolated and tag not in UNREAD and TURNED.search(ISOLATED.sub("", data)):
            self.found.append(data.strip())


def reversed_numbers(html: str) -> list[str]:
    """Return the texts of a page whose number groups an Arabic reader would see reversed."""
    reader = _Reader()
    reader.feed(html)
    return reader.found
