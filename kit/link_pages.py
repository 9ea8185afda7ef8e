"""Pages that a secret link opens: whoever has the address has what it opens, so that nobody else may learn it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.signing import Signer
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

type Page = Callable[..., HttpResponseBase]


def opened_by_link[V: Page](view: V) -> V:
    """Make a page that a link opens: public, kept nowhere, found by no search engine, told to no other page.

    ``no-referrer`` would have browsers send the forms with the origin ``null``, which the check against forged forms
    refuses; ``strict-origin`` keeps the link out of every header as well.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    made = login_not_required(never_cache(page))
    # Read by ``tests/house/test_link_pages.py``: an address with a token says who keeps it secret.
    made.is_opened_by_link = True  # type: ignore[attr-defined]
    return cast("V", made)


def link_signer(salt: str) -> Signer:
    """Return what signs the tokens of the links with this ``salt``."""
    # Some mail programs end a link before a colon, none before a dot.
    return Signer(sep=".", salt=salt)
