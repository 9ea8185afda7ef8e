"""Simulated cases written in bulk: plausible texts, growth and seasons, shares of agencies, and whole histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from random import Random

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from complaints.models import Case, CaseEvent, Clock, Holding
from complaints.simulation.case_rows import MOVING
from complaints.simulation.seeds import SeedMaker
from complaints.simulation.simulated_case import SimulatedCase
from complaints.simulation.world import Keys, World

#: Cases held in memory at a time.
PORTION = 2000
#: How many times as many people write at the end of a year as at its beginning.
GROWTH_IN_A_YEAR = 1.6
#: The share of a Sunday by day of the week, Monday first: offices close on Friday and Saturday.
BY_WEEKDAY = (1.0, 0.95, 0.9, 0.85, 0.4, 0.5, 1.0)

type Follow = Callable[[Sequence[int], int], Iterable[int]]


def generate(
    number: int,
    *,
    world: World,
    seed: int,
    since: datetime,
    until: datetime,
    filed_until: datetime | None = None,
    follow: Follow = lambda starts, _size: starts,
) -> None:
    """Write ``number`` cases filed between ``since`` and ``until``, with all their rows, in one transaction.

    They live until ``until``, also where ``filed_until`` says that they were all filed before.

    The rows are what the actions and the sweep would have written, messages apart, so the database's own guards let
    them pass. ``follow`` yields the starts of the portions and may say how far it is.
    """
    dice, keys = Random(seed), Keys()
    maker = SeedMaker(world, dice)
    moments = filing_moments(number, dice, since, filed_until or until)
    with transaction.atomic():
        _spare_the_text_indexes()
        for start in follow(range(0, number, PORTION), PORTION):
            simulated = [
                SimulatedCase(maker.seed(at), world=world, keys=keys, dice=dice, at=at, until=until)
                for at in moments[start : start + PORTION]
            ]
            write(simulated)


def _spare_the_text_indexes() -> None:
    """Collect the words beside the search indexes: each step of a case would have them sorted in again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gin_pending_list_limit = '1GB'")


def filing_moments(number: int, dice: Random, since: datetime, until: datetime) -> list[datetime]:
    """Return when the cases are filed, the earliest first: more each month, fewer on Fridays, mostly by day."""
    days = [since + timedelta(days=day) for day in range((until - since).days + 1)]
    growth = GROWTH_IN_A_YEAR ** (1 / 365)
    weights = list(accumulate(growth**day * BY_WEEKDAY[at.weekday()] for day, at in enumerate(days)))
    chosen = dice.choices(days, cum_weights=weights, k=number)
    return sorted(_moment(dice, day, since, until) for day in chosen)


def _moment(dice: Random, day: datetime, since: datetime, until: datetime) -> datetime:
    hour = min(23, max(0, int(dice.gauss(14, 4))))
    local = timezone.localtime(day).replace(hour=hour, minute=dice.randrange(60), second=dice.randrange(60))
    if since <= local < until:
        return local.replace(microsecond=0)
    return (since + (until - since) * dice.random()).replace(microsecond=0)


# ---- writing ----


def write(simulated: Sequence[SimulatedCase]) -> None:
    """Write the rows of simulated cases, in the transaction of the caller."""
    _insert(Case, (one.case for one in simulated))
    _insert(CaseEvent, (event for one in simulated for event in one.events))
    _insert(Holding, (holding for one in simulated for holding in one.holdings))
    _insert(Clock, (clock for one in simulated for clock in one.clocks))
    texts = sorted((row for one in simulated for row in one.texts), key=lambda row: row._meta.label)
    for _label, rows in groupby(texts, key=lambda row: row._meta.label):
        of_one_kind = list(rows)
        _insert(type(of_one_kind[0]), of_one_kind)
    _move(simulated)


def _insert(model: type[Model], rows: Iterable[Model]) -> None:
    """Write rows by COPY, which takes half the time of INSERT; the guards of the database see them all the same."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields])


def _move(simulated: Sequence[SimulatedCase]) -> None:
    """Lead the cases through their steps, the first of all, then the second of all: a step at a time is allowed."""
    columns = ", ".join(MOVING)
    empty = f"SELECT id, {columns} FROM complaints_case WITH NO DATA"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE simulated_step AS {empty}")
        with cursor.copy(f"COPY simulated_step (id, {columns}) FROM STDIN") as copy:
            for one in simulated:
                for step in one.steps[1:]:
                    copy.write_row((one.case.pk, *step))
        for version in range(2, max(len(one.steps) for one in simulated) + 1):
            values = ", ".join(f"simulated_step.{name}" for name in MOVING)
            cursor.execute(
                f"UPDATE complaints_case SET ({columns}) = ROW({values})"
                " FROM simulated_step WHERE simulated_step.id = complaints_case.id AND simulated_step.version = %s",
                [version],
            )
        cursor.execute("DROP TABLE simulated_step")
