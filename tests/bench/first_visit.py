"""What a telephone loads when it opens the home page for the first time: every file the page names, compressed."""

from __future__ import annotations

import re
from pathlib import Path

import brotli  # type: ignore[import-untyped] # the wheel has no types
from django.conf import settings
from django.test import Client
from django.urls import reverse

GOAL = 80 * 1024
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')
INSIDE_CSS = re.compile(r"url\(\"?([^)\"]+)\"?\)")
#: Icons of a home screen and sheets of the printer are not loaded by a visit; the two pages a browser adds are.
NOT_LOADED = ("icon-192", "icon-512", "print")
MACHINE_PAGES: tuple[tuple[str, list[str]], ...] = (("manifest", ["ar"]), ("service-worker", []))


def weigh() -> dict[str, int]:
    """Return the compressed bytes of every part of the first visit, and their total and goal."""
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    page = client.get("/ar/").content
    parts = {"/ar/": len(brotli.compress(page))}
    for address in _files(page.decode()):
        parts[address] = _weight(address)
    for name, arguments in MACHINE_PAGES:
        address = reverse(name, args=arguments)
        parts[address] = len(brotli.compress(client.get(address).content))
    return {**parts, "total": sum(parts.values()), "goal": GOAL}


def _files(page: str) -> list[str]:
    """Return the static files a page names and those that its style sheets name, each once."""
    named = [address for address in STATIC.findall(page) if not any(part in address for part in NOT_LOADED)]
    for sheet in [address for address in named if address.endswith(".css")]:
        folder = sheet.rpartition("/")[0]
        text = _path(sheet).read_text(encoding="utf-8")
        named += [_joined(folder, address) for address in INSIDE_CSS.findall(text)]
    return list(dict.fromkeys(named))


def _joined(folder: str, address: str) -> str:
    while address.startswith("../"):
        folder, address = folder.rpartition("/")[0], address.removeprefix("../")
    return f"{folder}/{address}"


def _path(address: str) -> Path:
    return Path(settings.STATIC_ROOT) / address.removeprefix(settings.STATIC_URL)


def _weight(address: str) -> int:
    """Return the bytes sent: the smallest of what lies ready, as WhiteNoise chooses for a browser of today."""
    path = _path(address)
    packed = path.with_name(f"{path.name}.br")
    return (packed if packed.exists() else path).stat().st_size
