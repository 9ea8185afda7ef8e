"""How a part of the system can stand, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

type Text = str | Promise


class PartState(StrEnum):
    """How a part of the system stands."""

    WORKING = "working"
    DEGRADED = "degraded"
    DOWN = "down"

    @property
    def label(self) -> Text:
        """Return the word for it."""
        return _LABELS[self]

    @property
    def kind(self) -> str:
        """Return the kind of its tag on a page."""
        return {PartState.WORKING: "ok", PartState.DEGRADED: "warn", PartState.DOWN: "bad"}[self]


_LABELS: Final[dict[PartState, Text]] = {
    PartState.WORKING: pgettext_lazy("part of the system", "working"),
    PartState.DEGRADED: pgettext_lazy("part of the system", "degraded"),
    PartState.DOWN: pgettext_lazy("part of the system", "down"),
}


@dataclass(frozen=True)
class PartStatus:
    """How one part stands: ``effect`` is what that means for people, ``section`` the one of the runbook.

    ``since`` is None while it works, and where no fact tells.
    """

    state: PartState
    effect: Text
    remedy: Text = ""
    section: str = ""
    since: datetime | None = None


def working(effect: Text) -> PartStatus:
    """Return the status of a part that works."""
    return PartStatus(PartState.WORKING, effect)


# ---- messages ----
