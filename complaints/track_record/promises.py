"""How many promises of each length were kept, for the page on which an officer promises a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Directorate
from complaints.models import PromiseRecord

#: The fewest promises of one length from which a share is told.
FEWEST: Final = 10
#: The share in percent that a suggested length has kept.
GOOD: Final = 80


class PromiseLikeness(Enum):
    """Whose promises are counted; the text heads the table."""

    DIRECTORATE_TOPIC = _("Promises of this directorate on this topic")
    DIRECTORATE = _("Promises of this directorate on all topics")
    AGENCY_TOPIC = _("Promises of your agency on this topic")
    AGENCY = _("Promises of your agency on all topics")


@dataclass(frozen=True)
class KeptPromises:
    """The promises of ``span`` working days in twelve months: how many were made, and how many kept."""

    span: int
    made: int
    kept: int

    @property
    def is_known(self) -> bool:
        """Tell whether they are enough to tell a share."""
        return self.made >= FEWEST

    @property
    def percent(self) -> int:
        """Return the share that was kept, rounded down, so that a suggestion has kept what it says."""
        return 100 * self.kept // self.made if self.made else 0


@dataclass(frozen=True)
class PromiseHistory:
    """What became of promises like those that can be made now, by their length; None is likened where all are few."""

    likeness: PromiseLikeness | None
    spans: Mapping[int, KeptPromises]

    def of(self, span: int) -> KeptPromises | None:
        """Return what is known of promises of ``span`` working days, None where they are too few."""
        found = self.spans.get(span)
        return found if found is not None and found.is_known else None

    def suggested(self, most: int) -> KeptPromises | None:
        """Return the shortest length up to ``most`` of which enough were kept."""
        spans = (self.spans[span] for span in sorted(self.spans) if span <= most)
        return next((each for each in spans if each.is_known and each.percent >= GOOD), None)


class KeptRecords:
    """The records of an agency that its promises on one topic are compared with; one statement."""

    def __init__(self, *, agency: int, topic: int | None) -> None:
        rows = PromiseRecord.objects.filter(Q(topic=topic) | Q(topic=None), agency=agency)
        self.topic, self._rows = topic, list(rows)

    def of(self, directorate: Directorate | None) -> PromiseHistory:
        """Return the history of the directorate on the topic, else the nearest that has enough of any length."""
        own = directorate.pk if directorate else None
        levels = [
            (PromiseLikeness.DIRECTORATE_TOPIC, own, self.topic),
            (PromiseLikeness.DIRECTORATE, own, None),
            (PromiseLikeness.AGENCY_TOPIC, None, self.topic),
            (PromiseLikeness.AGENCY, None, None),
        ]
        for likeness, key, topic in levels if own else levels[2:]:
            spans = _spans(row for row in self._rows if (row.directorate_id, row.topic_id) == (key, topic))
            if any(each.is_known for each in spans.values()):
                return PromiseHistory(likeness, spans)
        return PromiseHistory(None, {})

    def suggestions(
        self, directorates: Sequence[Directorate], *, most: int
    ) -> list[tuple[Directorate, PromiseHistory, KeptPromises]]:
        """Return for each directorate with enough promises of its own the length to be suggested."""
        found = [(each, self.of(each)) for each in directorates]
        return [
            (each, history, suggested)
            for each, history in found
            if history.likeness in {PromiseLikeness.DIRECTORATE_TOPIC, PromiseLikeness.DIRECTORATE}
            and (suggested := history.suggested(most)) is not None
        ]


def _spans(rows: Iterable[PromiseRecord]) -> dict[int, KeptPromises]:
    return {row.span: KeptPromises(row.span, sum(row.kept) + row.missed, sum(row.kept)) for row in rows}
