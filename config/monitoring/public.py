"""What everybody may know about how the service stands: whether people can file, and what comes late. No causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from django.utils import timezone

from config.monitoring import parts
from config.monitoring.bounded import BoundedQuery
from config.monitoring.part_status import PartState

#: How long an answer is given again: the page is everybody's, and must cost nothing.
KEPT_SECONDS: Final = 15.0


@dataclass(frozen=True)
class PublicStatus:
    """What works for citizens at ``at``."""

    at: datetime
    can_file: bool
    can_add_files: bool
    messages_in_time: bool
    identity_at_once: bool

    @property
    def is_usual(self) -> bool:
        """Tell whether everything works."""
        return self.can_file and self.can_add_files and self.messages_in_time and self.identity_at_once


def _read() -> PublicStatus:
    at = timezone.now()
    found = parts.system_status(at)
    works = {part: status.state == PartState.WORKING for part, status in found.items()}
    return PublicStatus(
        at=at,
        can_file=True,
        can_add_files=found[parts.STORAGE].state != PartState.DOWN,
        messages_in_time=works[parts.BROKER] and works[parts.SMS] and works[parts.EMAIL],
        identity_at_once=works[parts.REGISTRY],
    )


#: The disk and the broker may take a second each.
_reading: Final = BoundedQuery(_read, seconds=2.5)


class _Kept:
    """The last answer of this process."""

    status: PublicStatus | None = None
    until = 0.0


def public_status() -> PublicStatus:
    """Return what works for citizens, as it was at most fifteen seconds ago; without the database nothing does."""
    if _Kept.status is None or monotonic() >= _Kept.until:
        _Kept.status = _reading.answer() or _nothing_works()
        _Kept.until = monotonic() + KEPT_SECONDS
    return _Kept.status


def forget() -> None:
    """Ask again at the next call; for tests."""
    _Kept.status = None


def _nothing_works() -> PublicStatus:
    return PublicStatus(
        at=timezone.now(), can_file=False, can_add_files=False, messages_in_time=False, identity_at_once=False
    )
