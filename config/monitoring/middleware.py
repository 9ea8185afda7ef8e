"""Measures every page."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.monitoring.metrics import PAGE_SECONDS

METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class PageMetrics:
    """Count each answer with its duration, by the name of the address; addresses that lead nowhere count as one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Measure until the answer begins; what is streamed after that is not counted."""
        began = perf_counter()
        response = self.get_response(request)
        PAGE_SECONDS.labels(
            page=_page_name(request),
            method=request.method if request.method in METHODS else "other",
            status=f"{response.status_code // 100}xx",
        ).observe(perf_counter() - began)
        return response


def _page_name(request: HttpRequest) -> str:
    if request.resolver_match and request.resolver_match.view_name:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"
