"""Asks the registry of the settings whether a person is who they say they are: the claim and the finding."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.identity.json_requests import Unavailable
from accounts.identity.registries import breaker
from accounts.models import Citizen

__all__ = [
    "BIRTH_DATE",
    "NAME",
    "NUMBER",
    "IdentityClaim",
    "Registry",
    "RegistryFinding",
    "RegistryOutcome",
    "Unavailable",
    "ask",
    "current",
    "is_paused",
    "record_finding",
]

logger = logging.getLogger(__name__)

NUMBER: Final = "number"
NAME: Final = "name"
BIRTH_DATE: Final = "birth_date"


class RegistryOutcome(StrEnum):
    """The answer of a registry."""

    MATCHED = "matched"
    MISMATCHED = "mismatched"
    UNAVAILABLE = "unavailable"
    # The registry does not hold this kind of document: nothing is wrong, and asking again does not help.
    NOT_COVERED = "not_covered"


@dataclass(frozen=True)
class IdentityClaim:
    """What a person says about themselves."""

    number_kind: str
    number: str = field(repr=False)
    first_name: str = field(repr=False)
    father_name: str = field(repr=False)
    grandfather_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    nationality: str = "JO"


@dataclass(frozen=True)
class RegistryFinding:
    """An outcome, its source, and which fields of the claim matched; never the data of the registry.

    ``failure`` is the code of why it is unavailable, where that is known.
    """

    outcome: RegistryOutcome
    source: str
    fields: tuple[str, ...] = ()
    failure: str = ""


class Registry(Protocol):
    """A civil status database or a digital identity."""

    name: str
    #: Whether it is somebody else's server, which is left alone for a while after failures in a row.
    is_remote: bool

    def check(self, claim: IdentityClaim) -> RegistryFinding:
        """Compare the claim; raise ``Unavailable`` when there is no answer within a few seconds."""
        ...


def ask(claim: IdentityClaim, *, at: datetime) -> RegistryFinding:
    """Ask the registry of the settings. Never raises: any failure is "unavailable", so that nobody is turned away.

    Call it outside a transaction: it may take seconds. A registry that failed three times in a row is not asked until
    its pause is over; when it is back, whoever waits for it is due at once.
    """
    if not settings.REGISTRY:
        return RegistryFinding(RegistryOutcome.UNAVAILABLE, "none")
    registry = current()
    if registry.is_remote and not breaker.may_ask(registry.name, at=at):
        return RegistryFinding(RegistryOutcome.UNAVAILABLE, registry.name)
    finding = _registry_finding(registry, claim)
    if registry.is_remote:
        record_finding(finding, at=at)
    return finding


def is_paused(*, at: datetime) -> bool:
    """Tell whether the registry of the settings is left alone now, because it failed."""
    return bool(settings.REGISTRY) and current().is_remote and breaker.is_open(current().name, at=at)


def current() -> Registry:
    """Return the registry of the settings."""
    return _registry(settings.REGISTRY)


def _registry_finding(registry: Registry, claim: IdentityClaim) -> RegistryFinding:
    failure = ""
    try:
        return registry.check(claim)
    except Unavailable as away:
        failure = away.failure.value
        logger.warning("registry unavailable", extra={"registry": registry.name, "failure": failure})
    except Exception:
        # A registry is somebody else's system: its failures must not stop a registration.
        logger.exception("registry failed", extra={"registry": registry.name})
    return RegistryFinding(RegistryOutcome.UNAVAILABLE, registry.name, failure=failure)


def record_finding(finding: RegistryFinding, *, at: datetime) -> None:
    """Tell the breaker how a remote registry answered; when it is back, whoever waits for it is due at once."""
    if finding.outcome == RegistryOutcome.UNAVAILABLE:
        breaker.record_failure(finding.source, at=at, failure=finding.failure)
    elif breaker.record_answer(finding.source, at=at):
        Citizen.objects.filter(recheck_at__gt=at).update(recheck_at=at)


@lru_cache(maxsize=4)
def _registry(path: str) -> Registry:
    return cast("Registry", import_string(path)())
