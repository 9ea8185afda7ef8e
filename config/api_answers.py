"""What every request below /api/v1/ passes: no cookie in or out, its language, CORS, and errors as problem+json."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from kit.problems import MEDIA_TYPE, Problem

ROOT: Final = "/api/v1/"
#: Methods that no form of a page uses.
METHODS: Final = frozenset({"PUT", "DELETE"})
_CODES: Final = {
    400: "unreadable",
    403: "not_found",
    404: "not_found",
    405: "not_allowed",
    413: "too_large",
    415: "wrong_type",
    429: "too_many",
    503: "unavailable",
}
#: The first status of an error, and the first of one of ours.
FIRST_ERROR, FIRST_OF_OURS = 400, 500
_CORS: Final = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Accept-Language, Authorization, Content-Type, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "600",
}
_EXPOSED: Final = "ETag, Retry-After, Content-Language"


def is_api(request: HttpRequest) -> bool:
    """Tell whether a request is one of an app."""
    return request.path_info.startswith(ROOT)


def asked_language(request: HttpRequest) -> str:
    """Return the language that an app asks for; Arabic if it asks for none of ours."""
    return translation.get_language_from_request(request)


class ApiAnswers:
    """Answer apps: an error of whatever part of the site is a problem, and a page of another origin reads nothing.

    Origins are those of the setting API_ORIGINS; no answer ever allows credentials.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, outside of everything that knows sessions."""
        if not is_api(request):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        origin = request.headers.get("Origin", "")
        is_registered = origin in settings.API_ORIGINS
        if request.method == "OPTIONS" and is_registered:
            answer: HttpResponseBase = HttpResponse(status=204, headers=_CORS)
        else:
            answer = _as_problem(request, self.get_response(request))
        answer.cookies.clear()
        answer.headers["Vary"] = "Accept-Language, Authorization, Origin"
        answer.headers["Content-Language"] = asked_language(request)
        if is_registered:
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.headers["Access-Control-Expose-Headers"] = _EXPOSED
        return answer


def _as_problem(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Return ``answer``, a page of an error as a problem with the same status."""
    if answer.status_code < FIRST_ERROR or answer.headers.get("Content-Type") == MEDIA_TYPE:
        return answer
    code = _CODES.get(answer.status_code) or ("failed" if answer.status_code >= FIRST_OF_OURS else "")
    if not code:
        return answer
    more: dict[str, Any] = {}
    if "Retry-After" in answer.headers:
        more["retry_after"] = int(answer.headers["Retry-After"])
    with translation.override(asked_language(request)):
        problem = Problem(code, **more).response()
    if "Allow" in answer.headers:
        problem.headers["Allow"] = answer.headers["Allow"]
    add_never_cache_headers(problem)
    return problem
