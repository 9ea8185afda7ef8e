"""What the first visit of the home page weighs."""

import gzip
import re
from pathlib import Path

import pytest

from kit.style_sheets import whole_sheet

STATIC = Path(__file__).parents[2] / "static"
KILOBYTE = 1024


def compressed(content: bytes, name: str = "") -> int:
    """Return the size on the wire; fonts and pictures are compressed already."""
    return len(content) if name.endswith((".woff2", ".png")) else len(gzip.compress(content))


def served(path: Path) -> bytes:
    """Return what is sent for a file: a style sheet with its parts."""
    return whole_sheet(path).encode() if path.suffix == ".css" else path.read_bytes()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_first_visit_of_the_home_page_stays_below_eighty_kilobytes(client, language):
    page = client.get(f"/{language}/")
    html = page.content.decode()
    named = {re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in re.findall(r'/static/([^"\s]+)', html)}
    files = named | {f"fonts/{path.name}" for path in (STATIC / "fonts").glob("*.woff2")}
    assert page.status_code == 200
    assert {"css/tokens.css", "css/components.css", "js/app.js"} <= files
    total = compressed(page.content) + sum(compressed(served(STATIC / name), name) for name in files)
    assert total <= 80 * KILOBYTE
