"""Gives each request a number that all its log lines carry, and logs refusals; no persons, internal ids only."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

logger = logging.getLogger(__name__)

HEADER: Final = "X-Request-ID"
#: What a proxy may give: anything else is no number, and might be something that a person typed.
NUMBER: Final = re.compile(r"[0-9A-Za-z-]{8,64}")
#: A 404 of an address that exists is how a page is kept from those who may not know of it.
REFUSALS: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS})


class RequestLog:
    """Number each request; log a refusal with the name of the page, the method, the status and the user's id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the number, so that whoever reports a failure can give it."""
        number = _number(request)
        with bound_contextvars(request_id=number):
            response = self.get_response(request)
            if response.status_code in REFUSALS and request.resolver_match:
                logger.warning("a request was refused", extra=_described(request, response))
        response.headers[HEADER] = number
        return response


def _number(request: HttpRequest) -> str:
    """Return the number that a trusted proxy gave, or a new one."""
    given = request.headers.get(HEADER, "")
    return given if settings.TRUSTED_PROXIES and NUMBER.fullmatch(given) else secrets.token_hex(8)


def _described(request: HttpRequest, response: HttpResponseBase) -> dict[str, object]:
    match = request.resolver_match
    # Only a user whom the page loaded: a refusal is no reason to ask the database.
    user = getattr(request, "_cached_user", None)
    return {
        "page": match.view_name if match else "",
        "method": request.method,
        "status": response.status_code,
        "user_id": str(user.pk) if user is not None and user.pk else None,
    }
