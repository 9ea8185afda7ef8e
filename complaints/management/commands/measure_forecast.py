"""Prints how often promises were missed that were foretold to be, morning by morning through past months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from agencies.calendar import AMMAN, WorkingCalendar
from agencies.models import current_calendar
from complaints.track_record.counting import (
    LIKELY,
    MissChance,
    OpenPromise,
    PromiseCounts,
    RecordKey,
    count_promises,
    miss_chance,
    open_promises,
)
from kit.shares import Share

#: Days between one morning that is replayed and the next; a prime, so that they fall on different days of the week.
STEP: Final = timedelta(days=11)
#: The bounds of the groups of foretold chances, in percent.
BOUNDS: Final = (0, 10, 25, 40, 50, 60, 75, 90, 101)


class Command(BaseCommand):
    """Reads past promises and changes nothing. A forecast of a morning knows only what was known on it."""

    help = "Measure the forecast of missed promises on the past: the chance that was foretold beside what became of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the number of months that are replayed."""
        parser.add_argument("--months", type=int, default=6, help="how many months of the past are replayed")

    def handle(self, *_args: Any, months: int, **_options: Any) -> None:
        """Print the groups of chances with their shares, and the mean squared error beside that of a constant."""
        at, calendar = timezone.now(), current_calendar()
        found: list[tuple[float, bool]] = []
        unjudged = 0
        for morning in _mornings(at, months, calendar):
            records = _records(morning, calendar)
            for promise in open_promises(None, at=morning, calendar=calendar, known_at=at):
                if promise.is_kept is None:
                    continue
                chance = _chance(promise, records)
                unjudged += chance is None
                if chance is not None:
                    found.append((chance.percent, not promise.is_kept))
        if not found:
            msg = "There are too few promises to measure: none had enough like it."
            raise CommandError(msg)
        self._print(found, unjudged)

    def _print(self, found: list[tuple[float, bool]], unjudged: int) -> None:
        groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for percent, is_missed in found:
            groups[next(n for n, bound in enumerate(BOUNDS[1:]) if percent < bound)].append((percent, is_missed))
        self.stdout.write("foretold to be missed   mean    were missed")
        for number, rows in sorted(groups.items()):
            mean = sum(percent for percent, _is_missed in rows) / len(rows)
            missed = Share(sum(is_missed for _percent, is_missed in rows), len(rows))
            self.stdout.write(f"{BOUNDS[number]:>3} to {BOUNDS[number + 1] - 1:>3} %          {mean:5.1f} %   {missed}")
        rate = sum(is_missed for _percent, is_missed in found) / len(found)
        error = sum((percent / 100 - is_missed) ** 2 for percent, is_missed in found) / len(found)
        constant = sum((rate - is_missed) ** 2 for _percent, is_missed in found) / len(found)
        listed = [is_missed for percent, is_missed in found if percent >= LIKELY]
        self.stdout.write(f"missed of all: {Share(sum(is_missed for _percent, is_missed in found), len(found))}")
        self.stdout.write(f"missed of those listed: {Share(sum(listed), len(listed))}")
        self.stdout.write(f"listed of those missed: {Share(sum(listed), sum(missed for _percent, missed in found))}")
        self.stdout.write(f"mean squared error: {error:.4f}, of the share of all: {constant:.4f}")
        self.stdout.write(f"without enough promises like them: {unjudged}")


def _mornings(at: datetime, months: int, calendar: WorkingCalendar) -> Iterator[datetime]:
    """Yield the midnights before working days that are replayed; the newest lies a month back."""
    newest = timezone.localtime(at, AMMAN).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=31)
    for number in range(months * 31 // STEP.days):
        morning = newest - STEP * number
        if calendar.is_working_day(morning.date()):
            yield morning


def _records(at: datetime, calendar: WorkingCalendar) -> Mapping[RecordKey, PromiseCounts]:
    """Return the records as the task would have kept them at ``at``, of each agency and of all together."""
    found = dict(count_promises(None, None, at=at, calendar=calendar))
    for agency in {promise.agency for promise in open_promises(None, at=at, calendar=calendar)}:
        found |= count_promises(agency, [agency], at=at, calendar=calendar)
    return found


def _chance(promise: OpenPromise, records: Mapping[RecordKey, PromiseCounts]) -> MissChance | None:
    return miss_chance(promise, records, agency=promise.agency)
