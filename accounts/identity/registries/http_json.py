"""A registry with an HTTP interface that speaks JSON: settings say how it is asked and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings

from accounts.identity import json_requests
from accounts.identity.json_requests import Answer, Failure, JsonRequest, Unavailable
from accounts.identity.registries import (
    BIRTH_DATE,
    NAME,
    NUMBER,
    IdentityClaim,
    RegistryFinding,
    RegistryOutcome,
)
from accounts.identity.registries.http_interface import CLAIMED, Meaning, Rule, read_interface
from kit.request_settings import filled

_MISSING: Final = object()


def _as_it_is(_name: str, value: str) -> str:
    return value


class HttpJsonRegistry:
    """Asks the registry that the ``REGISTRY_HTTP_…`` settings describe: one POST, without redirects and repetitions."""

    name = "http"
    is_remote = True

    def __init__(self) -> None:
        """Read the settings; raise ImproperlyConfigured naming the first that is wrong."""
        self.interface = read_interface(settings.REGISTRY_HTTP, is_embedded=settings.EMBEDDED)

    def check(self, claim: IdentityClaim) -> RegistryFinding:
        """Ask once, within the seconds of REGISTRY_HTTP_TIMEOUT. Raise ``Unavailable`` with the failure."""
        if claim.number_kind not in self.interface.kinds:
            return RegistryFinding(RegistryOutcome.NOT_COVERED, self.name)
        return self.judge(self.ask(claim))

    def ask(self, claim: IdentityClaim) -> Answer:
        """Return the answer of the registry, not judged yet. Raise ``Unavailable``."""
        asked, body = self.interface, json.dumps(self.request_for(claim)).encode()
        tls = asked.tls.context() if asked.tls else None
        return json_requests.ask(
            JsonRequest(asked.url, seconds=asked.seconds, body=body, headers=asked.headers, tls=tls)
        )

    def request_for(self, claim: IdentityClaim, *, shown: Callable[[str, str], str] = _as_it_is) -> Any:
        """Return the request with each value of the claim as ``shown(name, value)`` writes it."""
        said = {name: shown(name, str(getattr(claim, name))) for name in CLAIMED}
        return filled(self.interface.body, said.__getitem__)

    def judge(self, answer: Answer) -> RegistryFinding:
        """Return what an answer means; raise ``Unavailable`` for one that fits no rule or contradicts itself."""
        rule = next((rule for rule in self.interface.rules if _fits(rule, answer)), None)
        if rule is None:
            raise Unavailable(Failure.NO_RULE)
        if rule.means == Meaning.ERROR:
            raise Unavailable(Failure.ERROR)
        if rule.means == Meaning.NOT_COVERED:
            return RegistryFinding(RegistryOutcome.NOT_COVERED, self.name)
        verdicts = self._verdicts(answer.content, is_known=rule.means != Meaning.UNKNOWN)
        _require_consistent(rule.means, verdicts)
        if rule.means == Meaning.MATCH:
            return RegistryFinding(RegistryOutcome.MATCHED, self.name, (NUMBER, NAME, BIRTH_DATE))
        matching = tuple(name for name in (NAME, BIRTH_DATE) if verdicts.get(name))
        known = () if rule.means == Meaning.UNKNOWN else (NUMBER,)
        return RegistryFinding(RegistryOutcome.MISMATCHED, self.name, known + matching)

    def _verdicts(self, content: Any, *, is_known: bool) -> dict[str, bool]:
        """Return which fields the answer calls right; each must be there for a number that is known."""
        found = {name: _at(content, path) for name, path in self.interface.fields.items()}
        if is_known and not all(isinstance(verdict, bool) for verdict in found.values()):
            raise Unavailable(Failure.GARBAGE)
        return {name: verdict is True for name, verdict in found.items()}


def _require_consistent(means: Meaning, verdicts: dict[str, bool]) -> None:
    is_whole = bool(verdicts) and all(verdicts.values())
    contradicts = {
        Meaning.MATCH: bool(verdicts) and not is_whole,
        Meaning.MISMATCH: is_whole and verdicts.keys() == {NAME, BIRTH_DATE},
        Meaning.UNKNOWN: any(verdicts.values()),
    }
    if contradicts[means]:
        raise Unavailable(Failure.CONTRADICTION)


def _fits(rule: Rule, answer: Answer) -> bool:
    if rule.status != answer.status:
        return False
    found = _at(answer.content, rule.path) if rule.path else rule.value
    # True is no 1 here.
    return type(found) is type(rule.value) and found == rule.value


def _at(content: Any, path: str) -> Any:
    """Return what is at a dotted path, such as ``result.0.code``; ``_MISSING`` where nothing is."""
    for step in path.split("."):
        if isinstance(content, dict) and step in content:
            content = content[step]
        elif isinstance(content, list) and step.isascii() and step.isdigit() and int(step) < len(content):
            content = content[int(step)]
        else:
            return _MISSING
    return content
