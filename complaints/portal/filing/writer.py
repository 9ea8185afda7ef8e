"""Who writes on these pages: a citizen, or a visitor, found by the reference in a signed cookie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.rate_limits import client_address, network
from complaints.attachments.fields import uploader_key
from complaints.escalation.expiry import VISITOR_DRAFT_LIFE
from complaints.filing.writers import Writer
from kit.crypto import lookup

COOKIE: Final = settings.DRAFT_COOKIE_NAME
_SALT: Final = "complaints.portal.filing.writer"

type Page = Callable[..., HttpResponseBase]


def for_everybody(view: Page) -> Callable[..., HttpResponseBase]:
    """Let citizens and visitors in, with their ``Writer`` as the second argument; staff are led to their desk."""

    @citizen_required
    def by_citizen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, _citizen(request), *args, **kwargs)

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return by_citizen(request, *args, **kwargs)
        writer = _visitor(request)
        response = view(request, writer, *args, **kwargs)
        if writer.new_reference and request.method == "POST":
            _remember(response, writer.new_reference)
        return response

    return login_not_required(never_cache(handles_rate_limits(wrapper)))


def _citizen(request: HttpRequest) -> Writer:
    reference = _browser_reference(request)
    return Writer(
        citizen=signed_in_citizen(request),
        visitor=_hashed(reference),
        uploader=uploader_key(signed_in_user(request)),
        network="",
    )


def _visitor(request: HttpRequest) -> Writer:
    held = _browser_reference(request)
    reference = held or secrets.token_urlsafe(32)
    visitor = _hashed(reference)
    return Writer(
        citizen=None,
        visitor=visitor,
        uploader=f"visitor:{visitor}",
        network=network(client_address(request)),
        new_reference="" if held else reference,
    )


def _hashed(reference: str) -> str:
    return lookup(reference, purpose="draft")


def _browser_reference(request: HttpRequest) -> str:
    """Return the reference of this browser, empty where there is none, it is altered, or its day is over."""
    try:
        return str(request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=VISITOR_DRAFT_LIFE))
    except BadSignature:
        return ""


def _remember(response: HttpResponseBase, reference: str) -> None:
    response.set_signed_cookie(
        COOKIE,
        reference,
        salt=_SALT,
        max_age=VISITOR_DRAFT_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
