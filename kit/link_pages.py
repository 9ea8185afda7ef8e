"""Pages that a link opens without a sign-in: whoever has the link is let in, so nothing may pass it on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

type View = Callable[..., HttpResponseBase]


def opened_by_link(view: View) -> View:
    """Make a page that a link opens: public, kept nowhere, found by no search engine, told to no other site.

    ``no-referrer`` would have browsers send the forms with the origin ``null``, which the check against forged forms
    refuses; ``strict-origin`` keeps the link out of every header as well.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return cast("View", login_not_required(never_cache(page)))
