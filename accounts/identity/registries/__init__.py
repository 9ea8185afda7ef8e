"""Asking a registry whether a person is who they say: the question, the answer, and the one door to both."""

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


class Outcome(StrEnum):
    """What a registry said."""

    MATCHED = "matched"
    MISMATCHED = "mismatched"
    UNAVAILABLE = "unavailable"
    # The registry does not keep this sort of document: nothing is wrong, and asking again is no use.
    NOT_COVERED = "not_covered"


class Unavailable(Exception):
    """The registry cannot be reached or answers nonsense: ask again later."""


@dataclass(frozen=True)
class Claim:
    """What a person says of themselves."""

    number_kind: str
    number: str = field(repr=False)
    first_name: str = field(repr=False)
    father_name: str = field(repr=False)
    grandfather_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    nationality: str = "JO"


@dataclass(frozen=True)
class Finding:
    """An outcome, where it comes from, and which parts of the claim matched; never what the registry holds."""

    outcome: Outcome
    source: str
    fields: tuple[str, ...] = ()


class Registry(Protocol):
    """A civil status database or a digital identity."""

    name: str

    def check(self, claim: Claim) -> Finding:
        """Compare the claim; raise ``Unavailable`` when there is no answer within a few seconds."""
        ...


def ask(claim: Claim) -> Finding:
    """Ask the registry of the settings; whatever fails is "unavailable", so that nobody is turned away for it."""
    if not settings.REGISTRY:
        return Finding(Outcome.UNAVAILABLE, "none")
    registry = _registry(settings.REGISTRY)
    try:
        return registry.check(claim)
    except Unavailable:
        logger.warning("registry unavailable", extra={"registry": registry.name})
    except Exception:
        # A registry is somebody else's system: its surprises must not close our door.
        logger.exception("registry failed", extra={"registry": registry.name})
    return Finding(Outcome.UNAVAILABLE, registry.name)


@lru_cache(maxsize=4)
def _registry(path: str) -> Registry:
    return cast("Registry", import_string(path)())
