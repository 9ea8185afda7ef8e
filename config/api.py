"""The interface for apps below /api/v1/: what it is made of, how errors are answered, and its document."""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext, gettext_lazy as _, override
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.router import Router

from accounts.api import account
from accounts.api.access import HEADER, LONGEST_KEY, ProblemBody
from accounts.rate_limits import RateLimitReached
from complaints import urls as complaints_urls  # noqa: F401 - registers how a tracking number stands in an address
from complaints.api.v1 import routers
from config.api_answers import ROOT
from kit.idle_sessions import keeps_no_session
from kit.problems import MEDIA_TYPE, FieldProblem, Problem

VERSION: Final = "1.0"


class StrictParser(Parser):
    """Reads JSON in UTF-8: no NaN, and no text that PostgreSQL or an answer could not hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the value; raise for anything else."""
        if request.content_type != "application/json":
            raise Problem("wrong_type")
        value = json.loads(request.body.decode(), parse_constant=_refuse_constant)
        # Half of a surrogate pair is no text.
        json.dumps(value, ensure_ascii=False).encode()
        return value


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


class AppsApi(NinjaAPI):
    """The interface; operations carry the names of their functions."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the function."""
        return operation.view_func.__name__

    def get_operation_url_name(self, operation: Operation, router: Router) -> str:  # noqa: ARG002 - ninja's signature
        """Return the name of the function among all names of addresses."""
        return f"api-{operation.view_func.__name__.replace('_', '-')}"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document with the errors of each operation, all of which are problems."""
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"] |= _problem_schemas()
        for operations in document["paths"].values():
            for operation in operations.values():
                _complete(operation)
        return document


def _problem_schemas() -> dict[str, Any]:
    schema = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}


def _complete(operation: dict[str, Any]) -> None:
    """Write down what can go wrong in an operation, and the header of those that create something."""
    statuses = {429, 503, *operation.pop("x-problems", [])}
    has_path = any(one["in"] == "path" for one in operation["parameters"])
    has_query = any(one["in"] == "query" for one in operation["parameters"])
    if operation.pop("x-takes-key", False):
        schema = {"type": "string", "maxLength": LONGEST_KEY}
        operation["parameters"].append({"in": "header", "name": HEADER, "schema": schema, "required": False})
        statuses |= {422}
    for status in operation.pop("x-contents", []):
        operation["responses"][int(status)]["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
    statuses |= {401, 403} if "security" in operation else set()
    statuses |= {400, 413, 415, 422} if "requestBody" in operation else set()
    statuses |= (
        ({404} if has_path else set()) | ({422} if has_query else set()) | ({400} if has_path or has_query else set())
    )
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(statuses):
        operation["responses"][status] = {"description": "Problem", "content": content}


api = AppsApi(
    title="Government complaints",
    version=VERSION,
    description="File, follow and rate cases: what the website does for citizens, for apps.",
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
)
for _router in (
    account.registrations_router,
    account.sessions_router,
    account.router,
    account.devices_router,
    *routers.ALL,
):
    api.add_router("", _router)


# ---- errors ----

_TYPE: Final = _("This has the wrong type.")
#: What is said of a value that is not of its type, by pydantic's name of the error.
_SENTENCES: Final[Mapping[str, tuple[str, Any]]] = {
    "missing": ("required", _("This field is required.")),
    "extra_forbidden": ("unknown_field", _("There is no field of this name.")),
    "string_too_long": ("too_long", _("This text is too long.")),
    "too_long": ("too_long", _("This list is too long.")),
    "literal_error": ("invalid_choice", _("This is not one of the possible values.")),
    "string_pattern_mismatch": ("invalid", _("This is not one of the possible values.")),
    **dict.fromkeys(
        ("greater_than_equal", "less_than_equal"), ("out_of_range", _("This number is too small or too large."))
    ),
}
#: What is refused for its size before it is read.
_TOO_LARGE: Final = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@api.exception_handler(Problem)
def _on_problem(_request: HttpRequest, problem: Any) -> HttpResponse:
    return problem.response()  # type: ignore[no-any-return] # ninja passes classes and instances


@api.exception_handler(ValidationError)
def _on_wrong_types(request: HttpRequest, error: Any) -> HttpResponse:
    if request.content_type == "application/json" and any(one["loc"][0] == "form" for one in error.errors):
        return Problem("wrong_type").response()
    fields = [_field_problem(one) for one in error.errors]
    return Problem("invalid", fields=fields).response()


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    code, sentence = _SENTENCES.get(error["type"], ("type", _TYPE))
    source, *names = map(str, error["loc"])
    # A body of one object is named by the argument that takes it, which nobody sent.
    return FieldProblem(".".join(names[1:] if source == "body" else names), code, str(sentence))


@api.exception_handler(AuthenticationError)
def _on_no_key(_request: HttpRequest, _error: Any) -> HttpResponse:
    return Problem("sign_in_required").response()


@api.exception_handler(HttpError)
@api.exception_handler(SuspiciousOperation)
def _on_unreadable(_request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error.__cause__, Problem):
        return error.__cause__.response()
    return Problem("too_large" if isinstance(error.__cause__ or error, _TOO_LARGE) else "unreadable").response()


@api.exception_handler(Http404)
@api.exception_handler(PermissionDenied)
def _on_nothing_there(_request: HttpRequest, _error: Any) -> HttpResponse:
    return Problem("not_found").response()


@api.exception_handler(RateLimitReached)
def _on_limit(_request: HttpRequest, error: Any) -> HttpResponse:
    minutes = int(error.limit.span.total_seconds() // 60)
    text = gettext("This was done too often. Try again in %(minutes)s minutes.") % {"minutes": minutes}
    return Problem("too_many", text, retry_after=minutes * 60).response()


# ---- addresses ----


@cache
def document() -> tuple[bytes, str]:
    """Return the OpenAPI document and its ETag; the same for everybody."""
    with override("en"):
        text = json.dumps(api.get_openapi_schema(path_prefix=ROOT), default=str, ensure_ascii=False).encode()
    return text, f'"{sha256(text).hexdigest()[:32]}"'


def _opened(pattern: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """Let every request come to a view of the interface, which asks for a key itself and knows no session."""
    if isinstance(pattern, URLPattern):
        pattern.callback.login_required = False  # type: ignore[attr-defined] # Django reads it there
        keeps_no_session(pattern.callback)
    return pattern


urlpatterns = [_opened(one) for one in api.urls[0]]
