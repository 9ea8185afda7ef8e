"""Parts of pages of figures, kept as they were written for as long as nothing that they show has changed.

A part is made of kept figures and of reference data alone, by a template without the request: it holds no token, no
nonce and nobody's name. Whoever may read the page is asked before, each time. Its key is everything that decides what
it shows: the page, what was asked for as far as the page heeds it, the language, the day, and the version of the
figures and of the reference data. A change of any of them gives another key, so that nothing has to be forgotten.

The parts lie in the memory of the process, which ends with its code and its settings. They are few (``CACHES``), none
is larger than ``LARGEST``, and each is made anew after ``SECONDS``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kit import replica
from kit.statements import Statement
from reports.figures.reading import stands_for
from reports.periods import ReportPeriod

#: After so long a part is made anew although nothing is known to have changed.
SECONDS: Final = 3600
#: The most bytes of a part, compressed: what is larger is made each time. All figures of 150 agencies take some 30,000.
LARGEST: Final = 100_000

type Content = Callable[[], Mapping[str, Any]]


class _Known(NamedTuple):
    """How far figures are kept, and the digests of their sums and of the reference data."""

    as_of: datetime | None
    sums: str | None
    names: str


_KNOWN: Final = Statement(Path(__file__).with_name("kept_parts.sql"), _Known)


@dataclass(frozen=True)
class KeptFigures:
    """How the figures of ``period`` stand ``at`` a moment: what they are of, and a sentence about the copy read.

    ``version`` is that of all they are made of, empty while they are counted from the history. ``names`` is that of
    the reference data alone.
    """

    period: ReportPeriod
    at: datetime
    as_of: datetime
    copy_note: str
    version: str
    names: str

    @property
    def is_running(self) -> bool:
        """Tell whether the last day of the period was not over."""
        return self.as_of < self.period.ends_at

    def part(self, template: str, content: Content, *asked: object) -> SafeString:
        """Return what ``template`` makes of ``content``, kept or made now; ``asked`` is what else decides about it."""
        return kept_part(
            template, content, self.period, *asked, version=self.version, again=lambda: of(self.period, self.at).version
        )


def of(period: ReportPeriod, at: datetime) -> KeptFigures:
    """Return how the figures of ``period`` stand; one statement, on the replica if it is near enough."""
    found = replica.read(lambda: _known(period.last))
    as_of, kept = stands_for(period, kept=found.value.as_of, at=at), found.value.as_of
    # What is not kept is counted anew each time, and so is what was kept by a clock ahead of ours.
    is_kept = kept is not None and period.starts_at < kept <= at
    made_of = f"{found.value.sums} {found.value.names}"
    version = f"{timezone.localdate(at)} {as_of.isoformat()} {made_of}" if is_kept else ""
    return KeptFigures(period, at, as_of, found.note, version, found.value.names)


def version_of_names() -> str:
    """Return the version of the reference data alone; one statement."""
    return _known(date.min).names


def _known(last: date) -> _Known:
    return _KNOWN.prepared_rows(last=last)[0]


def kept_part(template: str, content: Content, *asked: object, version: str, again: Callable[[], str]) -> SafeString:
    """Return what ``template`` makes of ``content``: as it was kept for ``asked`` and ``version``, or made now.

    Kept is what was made while nothing changed: ``again`` reads the version a second time. Without a version, and while
    templates are being written, nothing is kept.
    """
    key = sha256(repr((template, get_language(), version, asked)).encode()).hexdigest()
    is_kept = bool(version) and not settings.DEBUG
    if is_kept and (held := cache.get(key)) is not None:
        return SafeString(zlib.decompress(held).decode())
    made = render_to_string(template, dict(content()))
    if is_kept and again() == version:
        # Compressed quickly: a part is read a few times, and a better compression costs as much as an eighth of it.
        written = zlib.compress(made.encode(), level=1)
        if len(written) <= LARGEST:
            cache.set(key, written, SECONDS)
    return made
