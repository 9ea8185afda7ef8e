"""Asks the registry of the settings whether a person is who they say they are: the claim and the finding."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

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


class Unavailable(Exception):
    """The registry cannot be reached or its answer makes no sense: ask again later."""


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
    """An outcome, its source, and which fields of the claim matched; never the data of the registry."""

    outcome: RegistryOutcome
    source: str
    fields: tuple[str, ...] = ()


class Registry(Protocol):
    """A civil status database or a digital identity."""

    name: str

    def check(self, claim: IdentityClaim) -> RegistryFinding:
        """Compare the claim; raise ``Unavailable`` when there is no answer within a few seconds."""
        ...


def ask(claim: IdentityClaim) -> RegistryFinding:
    """Ask the registry of the settings. Never raises: any failure is "unavailable", so that nobody is turned away."""
    if not settings.REGISTRY:
        return RegistryFinding(RegistryOutcome.UNAVAILABLE, "none")
    registry = _registry(settings.REGISTRY)
    try:
        return registry.check(claim)
    except Unavailable:
        logger.warning("registry unavailable", extra={"registry": registry.name})
    except Exception:
        # A registry is somebody else's system: its failures must not stop a registration.
        logger.exception("registry failed", extra={"registry": registry.name})
    return RegistryFinding(RegistryOutcome.UNAVAILABLE, registry.name)


@lru_cache(maxsize=4)
def _registry(path: str) -> Registry:
    return cast("Registry", import_string(path)())
