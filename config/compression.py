"""Compressed pages, where nobody can read a secret out of their length."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from config.staff_pages import is_staff_page


class CompressedPages(GZipMiddleware):
    """Compress the HTML of citizens' pages; pages of staff, files and machine formats are left as they are.

    A compressed length tells whether a text that somebody chose occurs again in the page (BREACH). Django changes the
    masked CSRF token and adds a random number of bytes with every answer; pages of staff repeat searched words beside
    data of other people, and are not compressed at all (docs/decisions/0126-compressed-pages.md).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress an answer if it is a page that may be."""
        if is_staff_page(request) or not isinstance(response, HttpResponse) or not _is_page(response):
            return response
        return super().process_response(request, response)


def _is_page(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")
