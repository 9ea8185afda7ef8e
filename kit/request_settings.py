"""Reads settings that describe requests to somebody else's HTTP interface: templates, headers, addresses.

A wrong one raises ImproperlyConfigured with a sentence that names the setting and does not quote it: it may hold keys.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def filled(template: Any, value_of: Callable[[str], str]) -> Any:
    """Return a template with ``value_of(name)`` for each placeholder in its values.

    A template is the parsed structure and not its text, so that values are escaped when the structure is written.
    """
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda found: value_of(found[1]), template)
    if isinstance(template, dict):
        return {key: filled(value, value_of) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, value_of) for value in template]
    return template


def read_placeholders(setting: str, template: Any, *, known: Collection[str]) -> set[str]:
    """Return the placeholders that a template uses; refuse one that nothing stands for."""
    used: set[str] = set()

    def note(name: str) -> str:
        used.add(name)
        return ""

    filled(template, note)
    if unknown := used - set(known):
        refuse(setting, f"has a placeholder nothing stands for: {', '.join(f'{{{name}}}' for name in sorted(unknown))}")
    return used


def is_http_address(text: str, *, schemes: Collection[str] = ("http", "https")) -> bool:
    """Tell whether a text is an address with a host that can be asked, and without placeholders."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in schemes and bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:
        return False
    return usable and "{" not in text


def is_header(name: str, value: Any) -> bool:
    """Tell whether a name and a value can be a header: ASCII, on one line."""
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9-]+", name):
        return False
    return value.isascii() and value.isprintable() and value == value.strip()


def read_json(setting: str, text: str) -> Any:
    """Return what a setting says in JSON."""
    try:
        return json.loads(text)
    except ValueError:
        refuse(setting, "is not JSON")


def refuse(what: str, why: str) -> NoReturn:
    """Raise ImproperlyConfigured: ``what`` begins with the name of the setting."""
    text = f"{what} {why}."
    # Without the error that led here, which may quote the setting.
    raise ImproperlyConfigured(text) from None
