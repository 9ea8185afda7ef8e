"""Trying the registry with typed details: what was asked and answered, with everything about the person masked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts import phones
from accounts.identity import registries
from accounts.identity.json_requests import Answer, Failure, Unavailable
from accounts.identity.registries import IdentityClaim, RegistryFinding, RegistryOutcome
from accounts.identity.registries.http_json import HttpJsonRegistry
from accounts.models.people import mask_number

#: What says nothing about a person.
_PLAIN: Final = frozenset({"number_kind", "nationality"})


@dataclass(frozen=True)
class Trial:
    """What became of a trial; ``request`` and ``answer`` are masked JSON, empty where the registry speaks none."""

    finding: RegistryFinding
    failure: Failure | None = None
    request: str = ""
    status: int | None = None
    answer: str = ""


def try_out(claim: IdentityClaim, *, at: datetime) -> Trial:
    """Ask the registry of the settings even while it is left alone; its answer counts for the breaker."""
    registry = registries.current()
    if not isinstance(registry, HttpJsonRegistry) or claim.number_kind not in registry.interface.kinds:
        return Trial(registries.ask(claim, at=at))
    request = _written(registry.request_for(claim, shown=_masked))
    answer: Answer | None = None
    try:
        answer = registry.ask(claim)
        finding, failure = registry.judge(answer), None
    except Unavailable as away:
        finding, failure = _unavailable(registry.name, away.failure), away.failure
    registries.record_finding(finding, at=at)
    if answer is None:
        return Trial(finding, failure, request)
    known = {rule.value for rule in registry.interface.rules if isinstance(rule.value, str | int)}
    return Trial(finding, failure, request, answer.status, _written(_hidden(answer.content, known)))


def _unavailable(name: str, failure: Failure) -> RegistryFinding:
    return RegistryFinding(RegistryOutcome.UNAVAILABLE, name, failure=failure.value)


def _masked(name: str, value: str) -> str:
    if name in _PLAIN:
        return value
    return mask_number(value) if name == "number" else value[:1] + phones.DOT * (len(value) - 1)


def _hidden(content: Any, known: set[str | int]) -> Any:
    """Return an answer with every value hidden but those that the rules name, and true, false and null."""
    if isinstance(content, dict):
        return {key: _hidden(value, known) for key, value in content.items()}
    if isinstance(content, list):
        return [_hidden(value, known) for value in content]
    return content if content is None or isinstance(content, bool) or content in known else phones.DOT * 3


def _written(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
