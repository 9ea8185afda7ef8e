"""Requests made up from the interface's own document: what is answered must be what the document says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def break_contract(
    headers: dict[str, str], *, examples: int, chance: int, known: Mapping[str, str], but: Collection[str] = ()
) -> dict[str, list[str]]:
    """Return by operation what an answer did that the document does not say, with ``examples`` requests of each.

    ``chance`` decides which. ``known`` are parameters of paths that lead somewhere, put into every second
    request; operations ``but`` these.
    """
    with connection_kept():
        return _broken(headers, examples=examples, chance=chance, known=known, but=but)


@contextmanager
def connection_kept() -> Iterator[None]:
    """Keep the connection of the test, which a server would give back after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _broken(
    headers: dict[str, str], *, examples: int, chance: int, known: Mapping[str, str], but: Collection[str]
) -> dict[str, list[str]]:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    found: dict[str, list[str]] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.definition.raw["operationId"] in but:
            continue
        try:
            _send(operation, headers, examples=examples, chance=chance, known=known)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its operation
            found[operation.label] = [f"{type(error).__name__}: {error}"[:3000]]
    return found


def _send(operation: Any, headers: dict[str, str], *, examples: int, chance: int, known: Mapping[str, str]) -> None:
    turns = cycle((True, False))

    @seed(chance)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy())
    def send(case: Any) -> None:
        if next(turns):
            case.path_parameters |= {name: known[name] for name in case.path_parameters if name in known}
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()
