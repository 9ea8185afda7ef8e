"""Every pair of colours that the components put on each other is readable, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text(encoding="utf-8")

TEXT, SHAPE = 4.5, 3.0
STATES = ("ok", "warn", "bad", "info", "wait", "idle")
PAIRS = [
    *(
        (text, ground, TEXT)
        for text in ("ink", "muted", "link", "brand", "petra", "bad")
        for ground in ("page", "card", "sunken")
    ),
    *((text, "card", TEXT) for text in ("link-hover", "ok", "warn", "info", "wait")),
    *((text, "brand-soft", TEXT) for text in ("ink", "brand", "link", "muted")),
    *((text, f"{state}-soft", TEXT) for state in STATES for text in (state, "ink", "muted", "link")),
    *((f"on-btn{kind}", f"btn{kind}{hover}", TEXT) for kind in ("", "-bad") for hover in ("", "-hover")),
    *((text, ground, TEXT) for text in ("on-header", "on-header-muted") for ground in ("header", "header-2")),
    ("card", "petra", TEXT),
    *(("h-ink-lo", f"h{step}", TEXT) for step in (1, 2, 3)),
    *(("h-ink-hi", f"h{step}", TEXT) for step in (4, 5)),
    *(("line-strong", ground, SHAPE) for ground in ("page", "card", "sunken")),
    *((series, "card", SHAPE) for series in ("c1", "c2", "c3", "c4")),
    *(("focus-out", ground, SHAPE) for ground in ("page", "card", "sunken", "brand-soft")),
    ("focus-in", "btn", SHAPE),
]


def palette(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block))


def between(start: str, end: str) -> str:
    return TOKENS[TOKENS.index(start) : TOKENS.index(end)]


LIGHT = palette(between(":root{", "/* dark palette"))
DARK = palette(between(":root[data-theme=dark]", "/* staff"))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_known_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("name", "colours"), [("light", LIGHT), ("dark", {**LIGHT, **DARK})])
def test_every_pair_of_a_palette_is_readable(name, colours):
    weak = [
        f"{front} on {ground}: {ratio:.2f}, needs {least}"
        for front, ground, least in PAIRS
        if (ratio := contrast(colours[front], colours[ground])) < least
    ]
    assert weak == []


def test_the_two_dark_blocks_say_the_same():
    by_device = palette(
        between("@media screen and (prefers-color-scheme:dark)", "@media screen{:root[data-theme=dark]")
    )
    assert by_device == DARK
