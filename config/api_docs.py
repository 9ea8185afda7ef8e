"""The document of the interface for apps, and the page for developers that is made from it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from kit.idle_sessions import keeps_no_session
from kit.problems import CODES


@dataclass(frozen=True)
class FieldRow:
    """One field of a body or one parameter: its name, its type, and what is said of it."""

    name: str
    kind: str
    is_required: bool
    text: str


@dataclass(frozen=True)
class OperationRow:
    """One operation: what is sent, what it does, and which statuses it answers."""

    method: str
    path: str
    text: str
    is_signed_in: bool
    fields: tuple[FieldRow, ...]
    statuses: tuple[str, ...]


def document() -> tuple[bytes, str]:
    """Return the OpenAPI document and its ETag; reads the interface."""
    from config import api  # noqa: PLC0415 - few ask for it

    return api.document()


@keeps_no_session
@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """Show what the interface is made of."""
    text, etag = document()
    answer = HttpResponse(text, content_type="application/json", headers={"ETag": etag, "Cache-Control": "no-cache"})
    return get_conditional_response(request, etag=etag, response=answer) or answer


@login_not_required
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """Show what an app can send; the texts of operations are English in both languages, as their names are."""
    codes = [(code, status, title) for code, (status, title) in CODES.items()]
    return render(request, "pages/developers.html", {"operations": operations(), "codes": codes})


@cache
def operations() -> tuple[OperationRow, ...]:
    """Return the operations in the order of the document."""
    found = json.loads(document()[0])
    schemas = found["components"]["schemas"]
    return tuple(
        OperationRow(
            method=method.upper(),
            path=path,
            text=operation["description"],
            is_signed_in="security" in operation,
            fields=tuple(_fields(operation, schemas)),
            statuses=tuple(operation["responses"]),
        )
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    )


def _fields(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[FieldRow]:
    for one in operation["parameters"]:
        if one["in"] != "path":
            yield _field(one["name"], one["schema"], is_required=one["required"])
    for content in operation.get("requestBody", {"content": {}})["content"].values():
        schema = _resolved(content["schema"], schemas)
        required = schema.get("required", ())
        for name, field in schema.get("properties", {}).items():
            yield _field(name, field, is_required=name in required)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    key = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = schemas[key] if key else schema
    return found


def _field(name: str, schema: Mapping[str, Any], *, is_required: bool) -> FieldRow:
    shown = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), schema)
    kind = " | ".join(shown["enum"]) if "enum" in shown else str(shown.get("type", ""))
    return FieldRow(name, kind, is_required, schema.get("description") or shown.get("description", ""))
