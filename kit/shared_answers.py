"""Answers that are the same for everybody, which any cache may keep and give to others."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.cache import cache_control

from kit.idle_sessions import keeps_no_session

type View = Callable[..., HttpResponseBase]


def kept_by_everybody(*, seconds: int) -> Callable[[View], View]:
    """Let every browser and cache keep the answer of a view so long; it then carries nobody's session."""

    def decorate(view: View) -> View:
        # The cookie of one person must not be kept for the next.
        @keeps_no_session
        @cache_control(public=True, max_age=seconds)
        @wraps(view)
        def kept(*args: Any, **parameters: Any) -> HttpResponseBase:
            return view(*args, **parameters)

        return kept

    return decorate
