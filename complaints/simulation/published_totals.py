"""Cases that add up to given totals of a period: received, closed and pending, by agency, place, channel, kind, topic.

For a small table of a published report; what the table leaves open is dealt out by weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from django.db import transaction

from agencies.calendar import AMMAN
from complaints.models import Channel
from complaints.simulation.generate import write
from complaints.simulation.seeds import FALLING, POPULATION, SeedMaker
from complaints.simulation.simulated_case import SimulatedCase
from complaints.simulation.texts import read_texts
from complaints.simulation.world import Desk, Keys, Seed, World
from complaints.workflow import Action, Kind, State

#: An hour of an office day at which everything is done, and the days from filing to acceptance and to closing at most.
OFFICE = time(10, 30)
LONGEST_WORK = 20
#: A case received on the last day cannot be closed in time: closings need so many days of the period behind them.
DAYS_TO_CLOSE = 2

#: A number of cases, or a share of all of them as a part of 1.
type Amount = int | Decimal


class TotalsDoNotFit(ValueError):
    """The totals contradict each other, or the world has too few agencies for them."""


@dataclass(frozen=True)
class PublishedTotals:
    """What is known of a period; keys are codes. What is not given is dealt out: places by population.

    ``agencies`` is how many there are, each with a case at least; ``by_agency`` fixes those that were named.
    """

    first: date
    last: date
    received: int
    agencies: int
    closed: int
    by_agency: Mapping[str, Amount] = field(default_factory=dict)
    by_governorate: Mapping[str, Amount] = field(default_factory=dict)
    by_channel: Mapping[str, Amount] = field(default_factory=dict)
    by_kind: Mapping[str, Amount] = field(default_factory=dict)
    by_topic: Mapping[str, Amount] = field(default_factory=dict)


def make_cases(totals: PublishedTotals, *, world: World, seed: int, until: datetime) -> None:
    """Write the cases of ``totals`` with all their rows, in one transaction; the same ``seed`` writes the same cases.

    What is pending at the end of the period is closed in the weeks after it, if they end before ``until``. Raises
    TotalsDoNotFit.
    """
    if not 0 <= totals.closed <= totals.received or totals.agencies > min(totals.received, len(world.desks)):
        raise TotalsDoNotFit
    dice, keys = Random(seed), Keys()
    seeds = _seeds(totals, world, dice)
    days = _days(totals, dice)
    cases = [
        PlannedCase(one, world=world, keys=keys, dice=dice, at=filed, until=until, closes_at=closes)
        for one, (filed, closes) in zip(seeds, days, strict=True)
    ]
    with transaction.atomic():
        write(cases)


class PlannedCase(SimulatedCase):
    """A case that is accepted and then closed at a given moment; nobody is reminded of it."""

    def __init__(
        self,
        seed: Seed,
        *,
        world: World,
        keys: Keys,
        dice: Random,
        at: datetime,
        until: datetime,
        closes_at: datetime,
    ) -> None:
        self.closes_at = closes_at
        super().__init__(seed, world=world, keys=keys, dice=dice, at=at, until=until)

    def _go_on(self) -> bool:
        state = State(self.case.state)
        if state == State.CLOSED:
            return False
        at, action = self._next(state)
        if at >= self.until:
            return False
        self.at = at
        self._do(action)
        return True

    def _next(self, state: State) -> tuple[datetime, Action]:
        if self.case.kind == Kind.PRAISE:
            return self.closes_at, Action.DELIVER
        if state == State.REFERRED:
            return self.at + timedelta(minutes=30), Action.ACCEPT
        return self.closes_at, Action.CLOSE


# ---- what is dealt out ----


def spread(whole: int, given: Mapping[str, Amount], weights: Mapping[str, float], *, least: int = 0) -> list[str]:
    """Return ``whole`` keys: the ``given`` ones as often as said, the others by weight and at least ``least`` times.

    Raises TotalsDoNotFit if more is given than there is.
    """
    counts = {key: _count(amount, whole) for key, amount in given.items()}
    others = {key: weight for key, weight in weights.items() if key not in counts}
    left = whole - sum(counts.values()) - least * len(others)
    if left < 0 or (left and not others):
        raise TotalsDoNotFit
    counts |= {key: least + extra for key, extra in _apportioned(left, others).items()}
    return [key for key, count in counts.items() for _ in range(count)]


def _count(amount: Amount, whole: int) -> int:
    if isinstance(amount, Decimal):
        return int((amount * whole).quantize(Decimal(1), ROUND_HALF_UP))
    return amount


def _apportioned(whole: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Deal ``whole`` out by ``weights``: the largest remainders get what rounding down leaves."""
    total = sum(weights.values())
    exact = {key: whole * weight / total for key, weight in weights.items()}
    counts = {key: int(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (counts[key] - exact[key], key))
    for key in by_remainder[: whole - sum(counts.values())]:
        counts[key] += 1
    return counts


def _seeds(totals: PublishedTotals, world: World, dice: Random) -> list[Seed]:
    """Return what is filed: each property is dealt out by itself and shuffled, so that all totals hold."""
    desks = _desks(totals, world)
    agencies, places, channels, kinds, topics = _dealt(totals, world, list(desks), dice)
    towns = {governorate.code: (governorate, town) for governorate, town in world.places}
    by_code = {topic.code: topic for topic in world.topics}
    maker = SeedMaker(world, dice)
    texts = {kind: [text for text in read_texts() if text.kind == kind] for kind in set(kinds)}
    at = datetime.combine(totals.first, OFFICE, AMMAN)
    found = []
    for index in range(totals.received):
        governorate, place = towns[places[index]] if places else (None, "")
        desk = desks[agencies[index]]
        filed = replace(
            maker.seed(at),
            text=dice.choice(texts[kinds[index]]),
            topic=by_code[topics[index]],
            mistaken=None,
            desk=desk,
            owner=desk,
            governorate=governorate,
            place=place,
            channel=channels[index],
        )
        found.append(filed)
    return found


def _dealt(totals: PublishedTotals, world: World, codes: Sequence[str], dice: Random) -> Sequence[list[str]]:
    """Return the agency, governorate, channel, kind and topic of each case, one list for each property."""
    dealt: Sequence[list[str]] = [
        spread(totals.received, totals.by_agency, {code: FALLING**n for n, code in enumerate(codes)}, least=1),
        spread(totals.received, totals.by_governorate, _population(world)) if world.places else [],
        spread(totals.received, totals.by_channel, {Channel.APP: 50, Channel.WEB: 33, Channel.PHONE: 15}),
        spread(totals.received, totals.by_kind, {Kind.COMPLAINT: 1.0}),
        spread(totals.received, totals.by_topic, _topics(totals, world)),
    ]
    for keys in dealt:
        dice.shuffle(keys)
    return dealt


def _desks(totals: PublishedTotals, world: World) -> dict[str, Desk]:
    """Return the desks of the agencies named, and of as many others as there are."""
    desks = {desk.agency.code: desk for desk in world.desks}
    others = [code for code in desks if code not in totals.by_agency]
    chosen = [*totals.by_agency, *others][: totals.agencies]
    if len(totals.by_agency) > totals.agencies or not set(chosen) <= set(desks):
        raise TotalsDoNotFit
    return {code: desks[code] for code in chosen}


def _population(world: World) -> dict[str, float]:
    return {governorate.code: POPULATION[governorate.code] for governorate, _place in world.places}


def _topics(totals: PublishedTotals, world: World) -> dict[str, float]:
    others = (topic.code for topic in world.topics if topic.code not in totals.by_topic)
    return {code: FALLING**place for place, code in enumerate(others)}


def _days(totals: PublishedTotals, dice: Random) -> list[tuple[datetime, datetime]]:
    """Return when each case is filed and closed: those to be closed in the period are filed early enough."""
    length = (totals.last - totals.first).days
    found: list[tuple[datetime, datetime]] = []
    for index in range(totals.received):
        closes = index < totals.closed
        day = dice.randint(0, max(0, length - DAYS_TO_CLOSE) if closes else length)
        work = dice.randint(1, LONGEST_WORK)
        closed = min(day + work, length) if closes else length + work
        found.append((_at(totals.first, day), _at(totals.first, closed) + timedelta(hours=2)))
    dice.shuffle(found)
    return found


def _at(first: date, day: int) -> datetime:
    return datetime.combine(first + timedelta(days=day), OFFICE, AMMAN)
