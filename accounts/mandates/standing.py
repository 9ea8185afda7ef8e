"""Where a mandate stands, in the words of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Mandate, MandateState
from accounts.models.people import mask_number
from kit.dates import day_text


@dataclass(frozen=True)
class MandateRow:
    """A mandate with the word and the colour that say where it stands, and its other side's masked number.

    The other side is never named before it has answered: the asker cannot tell whether anybody has the number.
    """

    mandate: Mandate
    word: str
    colour: str
    claimed: str

    @classmethod
    def of(cls, mandate: Mandate, *, at: datetime) -> Self:
        """Return the row of ``mandate`` at ``at``."""
        word, colour = _standing(mandate, at=at)
        return cls(mandate, word, colour, mask_number(mandate.claimed.get("number", "")))

    @property
    def is_answered(self) -> bool:
        """Tell whether both people may be named."""
        return self.mandate.decided_at is not None and self.mandate.state != MandateState.REFUSED


def in_force_words(mandate: Mandate) -> str:
    """Return why a second mandate of the same two people is refused; both know of this one."""
    words = gettext("Such a mandate is in force already, until %(day)s. End it first if you need another one.")
    return words % {"day": day_text(timezone.localdate(mandate.last_moment))}


def _standing(mandate: Mandate, *, at: datetime) -> tuple[str, str]:
    if mandate.is_in_force(at=at):
        return gettext("In force"), "ok"
    if mandate.is_waiting(at=at):
        return (gettext("Waiting for the unit") if mandate.by_unit else gettext("Waiting for an answer")), "wait"
    if mandate.state == MandateState.REFUSED:
        return gettext("Refused"), "bad"
    if mandate.decided_at is None:
        return (gettext("Request withdrawn") if mandate.ended_at else gettext("Not answered in time")), ""
    return gettext("Ended"), ""
