"""The answers of GeoReport v2 in JSON and XML, and its errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.cache import never_cache

from accounts.rate_limits import RateLimitReached

type Row = Mapping[str, Any]

_XML: Final = "text/xml; charset=utf-8"


class GeoReportError(Exception):
    """What is wrong with a request, in the words that the program's developer reads."""

    def __init__(self, status: HTTPStatus, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def endpoint(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view public and its errors those of the specification, in the form that was asked for.

    ``?locale=en`` chooses the language of names; Arabic comes first.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, geoform: str, **kwargs: Any) -> HttpResponse:
        language = "en" if request.GET.get("locale") == "en" else "ar"
        with translation.override(language):
            try:
                return view(request, *args, form=geoform, **kwargs)
            except GeoReportError as error:
                return _error(error, geoform)
            except RateLimitReached:
                many = GeoReportError(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests; try again later")
                return _error(many, geoform)

    return login_not_required(never_cache(wrapper))


def rows_answer(rows: Sequence[Row], form: str, *, outer: str, inner: str, status: int = 200) -> HttpResponse:
    """Return a list of rows: a JSON array, or ``inner`` elements within ``outer``."""
    if form == "json":
        return JsonResponse(list(rows), safe=False, status=status, json_dumps_params={"ensure_ascii": False})
    root = Element(outer)
    for row in rows:
        _fill(SubElement(root, inner), row)
    return HttpResponse(_text(root), content_type=_XML, status=status)


def row_answer(row: Row, form: str, *, outer: str) -> HttpResponse:
    """Return one object."""
    if form == "json":
        return JsonResponse(dict(row), json_dumps_params={"ensure_ascii": False})
    root = Element(outer)
    _fill(root, row)
    return HttpResponse(_text(root), content_type=_XML)


def _error(error: GeoReportError, form: str) -> HttpResponse:
    row = {"code": int(error.status), "description": error.description}
    return rows_answer([row], form, outer="errors", inner="error", status=error.status)


def _fill(element: Element, row: Row) -> None:
    for name, value in row.items():
        child = SubElement(element, name)
        if isinstance(value, list):
            for each in value:
                _fill(SubElement(child, _SINGULAR[name]), each)
        else:
            child.text = _plain(value)


#: What the elements of a list are called.
_SINGULAR: Final = {"attributes": "attribute", "values": "value", "endpoints": "endpoint", "formats": "format"}


def _plain(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(root: Element) -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")
