"""Which powers of the browser a page may ask for: none, but for the few pages that say so."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponseBase

HEADER: Final = "Permissions-Policy"
POWERS: Final = ("camera", "geolocation", "microphone", "payment", "usb")

type Page = Callable[..., HttpResponseBase]


def permissions_policy(*allowed: str) -> str:
    """Return the header by which pages of this site may use the ``allowed`` powers, and nobody any other."""
    return ", ".join(f"{power}=({'self' if power in allowed else ''})" for power in POWERS)


def allows_powers[V: Page](*powers: str) -> Callable[[V], V]:
    """Let the page ask for ``powers`` of the browser, such as "geolocation"; the person is still asked by it."""
    if unknown := set(powers) - set(POWERS):
        message = f"{sorted(unknown)} are no powers of the browser that we know"
        raise ValueError(message)

    def decorate(view: V) -> V:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            response.headers[HEADER] = permissions_policy(*powers)
            return response

        return cast("V", wrapper)

    return decorate
