"""Entries of the menu of staff pages, as each app offers its own, and groups of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrPromise


# Each is written once, and one is as good as itself alone: comparing them would translate their texts.
@dataclass(frozen=True, eq=False)
class MenuEntry:
    """One page in the menu: who has any of ``roles`` and none of ``hidden_from`` sees it.

    The entry is marked on its page ``url_name`` and on the pages ``within`` it: URL names, divided by spaces.
    """

    url_name: str
    text: StrPromise
    roles: frozenset[Any]
    hidden_from: frozenset[Any] = frozenset()
    within: str = ""


@dataclass(frozen=True)
class MenuGroup:
    """Entries under one heading."""

    title: StrPromise | str
    entries: tuple[MenuEntry, ...]
