"""The lines to the carriers: whom a message is given to, and what a failing line loses.

A line that fails loses half of its share to the next one in the settings' order, and regains a tenth with every
minute; a line whose account is refused is stopped for ten minutes, and the operators are told once.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from django.db.models import BooleanField, DurationField, ExpressionWrapper, F, IntegerField, Q, Value
from django.db.models.functions import Cast, Extract, Floor, Least, Now

from notifications import alarms, carriers
from notifications.carriers import Carrier
from notifications.models import AlarmKind, Channel, Line
from notifications.runtime.timings import pace

logger = logging.getLogger(__name__)

WHOLE: Final = 100
STEP: Final = 10


@dataclass(frozen=True)
class Route:
    """A carrier with its line as it stands: its share in percent, and whether it is open.

    A line whose stop is over is open ``on_trial``: for one message, which decides.
    """

    carrier: Carrier
    share: int = WHOLE
    is_open: bool = True
    on_trial: bool = False


class Routes:
    """The lines of every channel as they stood at one moment."""

    def __init__(self, by_channel: Mapping[str, tuple[Route, ...]]) -> None:
        """Keep the lines, each channel's in the order of preference."""
        self.by_channel = by_channel
        self._tried: set[Route] = set()

    @classmethod
    def now(cls) -> Self:
        """Return the lines as the database knows them; one statement."""
        rows = _lines_now()
        return cls({channel: tuple(_routes(channel, rows)) for channel in Channel})

    def open_channels(self) -> list[str]:
        """Return the channels with a carrier to give messages to."""
        return [channel for channel, routes in self.by_channel.items() if any(route.is_open for route in routes)]

    def choose(self, channel: str, *, after: str = "") -> Route | None:
        """Return the route of the next message: by share, and not the line that just failed it; None if there is none.

        For a sender: the trial of a stopped line is its own from here on.
        """
        candidates = [route for route in self.by_channel[channel] if route.is_open and route not in self._tried]
        candidates.sort(key=lambda route: route.carrier.name == after)
        if not candidates:
            return None
        *preferred, last = candidates
        chosen = next((route for route in preferred if secrets.randbelow(WHOLE) < route.share), last)
        if not chosen.on_trial:
            return chosen
        self._tried.add(chosen)
        return chosen if _take_trial(channel, chosen.carrier.name) else self.choose(channel, after=after)


def blame(channel: str, carrier: str) -> None:
    """Take half of its share from a line that failed, where there is another one to take it."""
    if len(carriers.carriers_for(Channel(channel))) > 1:
        _row_of(channel, carrier)
        Line.objects.filter(channel=channel, carrier=carrier).update(share=_share_now() / 2, share_at=Now())


def stop(channel: str, carrier: str, *, code: str) -> None:
    """Stop a line whose account is refused: nothing is wrong with its messages, which wait or go elsewhere."""
    _row_of(channel, carrier)
    Line.objects.filter(channel=channel, carrier=carrier).update(
        stopped_until=Now() + pace().line_stop, stopped_by=code[:40]
    )
    alarms.raise_alarm(AlarmKind.LINE_STOPPED, f"{channel} {carrier}")


def reopen(channel: str, carrier: str) -> None:
    """Open a stopped line, since its carrier knows our account again."""
    if Line.objects.filter(channel=channel, carrier=carrier, stopped_until__isnull=False).update(
        stopped_until=None, stopped_by=""
    ):
        alarms.resolve(AlarmKind.LINE_STOPPED, f"{channel} {carrier}")


class _Now(NamedTuple):
    """A line's share, and whether it was stopped and still is, by the database's clock."""

    share: int
    was_stopped: bool
    is_stopped: bool


def _routes(channel: Channel, rows: Mapping[tuple[str, str], _Now]) -> Iterable[Route]:
    for carrier in carriers.carriers_for(channel):
        line = rows.get((channel, carrier.name), _Now(WHOLE, was_stopped=False, is_stopped=False))
        on_trial = line.was_stopped and not line.is_stopped
        yield Route(carrier, line.share, not line.is_stopped, on_trial)


def _lines_now() -> dict[tuple[str, str], _Now]:
    rows = Line.objects.values_list(
        "channel",
        "carrier",
        _share_now(),
        _told(Q(stopped_until__isnull=False)),
        _told(Q(stopped_until__isnull=False, stopped_until__gt=Now())),
    )
    return {(channel, carrier): _Now(*line) for channel, carrier, *line in rows}


def _told(condition: Q) -> ExpressionWrapper[Any]:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _share_now() -> Least:
    """Return the share with what the minutes since have given back."""
    waited = ExpressionWrapper(Now() - F("share_at"), output_field=DurationField())
    steps = Floor(Extract(waited, "epoch") / Value(pace().drift.total_seconds()))
    return Least(Value(WHOLE), F("share") + Cast(steps, IntegerField()) * STEP)


def _take_trial(channel: str, carrier: str) -> bool:
    """Take the one try of a stopped line, so that no other sender does; False where one has."""
    over = Line.objects.filter(channel=channel, carrier=carrier, stopped_until__lte=Now())
    # A line that another sender holds has its trial there.
    line = over.select_for_update(skip_locked=True).first()
    if line is None:
        return False
    Line.objects.filter(pk=line.pk).update(stopped_until=Now() + pace().line_stop)
    return True


def _row_of(channel: str, carrier: str) -> None:
    Line.objects.bulk_create([Line(channel=channel, carrier=carrier)], ignore_conflicts=True)
