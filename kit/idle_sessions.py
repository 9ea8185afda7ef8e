"""Views that a page or a program calls by itself: they keep nobody's session alive, and ask for none."""

from __future__ import annotations

from collections.abc import Callable


def keeps_no_session[V: Callable[..., object]](view: V) -> V:
    """Mark a view whose requests are nothing that a person did; ``config.middleware.IdleSession`` reads the mark."""
    view.keeps_no_session = True  # type: ignore[attr-defined] # a function has room for it
    return view
