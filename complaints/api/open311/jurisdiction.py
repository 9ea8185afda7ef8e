"""The one jurisdiction of this service, and where a program finds its interface."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from complaints.api.open311.answers import GeoReportError, endpoint, row_answer

#: The version of the specification, as discovery names it.
_SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
_CHANGED: Final = "2026-11-28T00:00:00Z"


def require_jurisdiction(said: Mapping[str, str]) -> None:
    """Refuse a jurisdiction that is not ours; none need be said."""
    named = said.get("jurisdiction_id", "")
    if named and named != urlsplit(settings.PUBLIC_URL).hostname:
        raise GeoReportError(HTTPStatus.NOT_FOUND, "jurisdiction_id provided was not found")


@endpoint
@require_safe
def discovery(request: HttpRequest, *, form: str) -> HttpResponse:
    """Say where the interface is and how a key is asked for."""
    base = f"{settings.PUBLIC_URL}/api/open311/v2"
    told = {
        "changeset": _CHANGED,
        "contact": settings.CALL_CENTRE_PHONE,
        "key_service": f"{settings.PUBLIC_URL}/ar/contact/",
        "endpoints": [
            {
                "specification": _SPECIFICATION,
                "url": base,
                "changeset": _CHANGED,
                "type": "production",
                "formats": [{"type": "text/xml"}, {"type": "application/json"}],
            }
        ],
    }
    return row_answer(told, form, outer="discovery")
