"""What a look at a page finds, and that a colour which was good once is not taken for another one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys.look import FEW, Looks

# With the journeys, which have a browser.
pytestmark = pytest.mark.xdist_group("journeys")

PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
  :root {{ color-scheme: light dark; background: #fff; color: #222 }}
  @media (prefers-color-scheme: dark) {{ :root {{ background: #111; color: #eee }} .night {{ color: #333 }} }}
</style></head><body><main><h1>Words</h1>{words}</main></body></html>"""
GOOD = "<p>Good</p>"
FAINT_IN_ARABIC = '<p lang="ar" style="color: #ccc">نص باهت لا يُقرأ</p>'
GOOD_IN_ARABIC = '<p lang="ar" style="color: #000">نص واضح</p>'
FAINT, FAINT_AT_NIGHT = '<p style="color: #ccc">Faint</p>', '<p class="night">Faint at night</p>'
LAID_OVER = '<p style="position: absolute; background: #333">Laid over</p>'
#: On no ground of their own: above a dark part of the page, by their place or because they stay in sight.
DARK = '<div style="background: #333; height: 300px"></div>'
ABOVE = '<p style="position: absolute; top: 200px">Above</p>'
IN_SIGHT = '<p style="position: sticky; top: 200px">In sight</p>'
FADED = '<p style="background: #fff; color: #222">Faded</p>'
NAMELESS = "<button></button>"
SMALL = '<button style="padding: 0; width: 12px; height: 12px" aria-label="Small"></button>'


def found(page, looks: Looks, *words: str) -> list[str]:
    """Return what a look finds wrong with a page of these words."""
    page.set_content(PAGE.format(words="".join(words)))
    return [fault.replace("in the dark: ", "dark ") for fault in looks._violations(page)]


def test_faint_words_are_found_by_day_and_by_night_after_any_number_of_good_ones(browser: Browser) -> None:
    looks, page = Looks(pictures=False), browser.new_page()
    try:
        assert found(page, looks, *[GOOD] * (FEW + 1)) == []
        assert looks.colours != set()
        assert found(page, looks, *[GOOD] * (FEW + 1), FAINT) == [f"color-contrast: {FAINT}"]
        assert found(page, looks, GOOD, FAINT_AT_NIGHT) == [f"dark color-contrast: {FAINT_AT_NIGHT}"]
        assert found(page, looks, FAINT_IN_ARABIC) == [f"color-contrast: {FAINT_IN_ARABIC}"]
        assert found(page, looks, GOOD_IN_ARABIC) == [f"dark color-contrast: {GOOD_IN_ARABIC}"]
        assert [combination for combination in looks.colours if "rgb(0, 0, 0)|16px" in combination] != []
        assert found(page, looks, LAID_OVER) == [f"color-contrast: {LAID_OVER}"]
        assert found(page, looks, GOOD, ABOVE, DARK) == [f"color-contrast: {ABOVE}"]
        assert found(page, looks, IN_SIGHT, DARK) == [f"color-contrast: {IN_SIGHT}"]
        faded = f"color-contrast: {FADED}"
        assert found(page, looks, f'<div style="opacity: .3">{FADED}</div>') == [faded, f"dark {faded}"]
        assert found(page, looks, NAMELESS) == [f"button-name: {NAMELESS}"]
        by_day = [combination for combination in looks.colours if "255, 255, 255" in combination]
        assert [combination for combination in by_day if "204, 204, 204" in combination] == []
    finally:
        page.close()


def test_small_targets_are_found_where_they_are_near_one_another(browser: Browser) -> None:
    looks, page = Looks(pictures=False), browser.new_page()
    try:
        assert found(page, looks, SMALL) == []
        assert found(page, looks, f"<p>{SMALL}</p>" * 2) == []
        assert found(page, looks, SMALL * 2) == [f"target-size: {SMALL}"] * 2
        # What stays in its place lies over whatever goes by, at no place for long, and over nothing else that stays.
        assert found(page, looks, SMALL, f'<nav style="position: fixed; inset: 0">{SMALL}</nav>') == []
        beside = f'<nav style="position: fixed; inset: 0">{SMALL * 2}</nav>'
        assert found(page, looks, beside) == [f"target-size: {SMALL}"] * 2
    finally:
        page.close()
