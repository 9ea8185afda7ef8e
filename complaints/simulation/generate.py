"""Simulated cases written in bulk: plausible texts, growth and seasons, shares of agencies, and whole histories."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from random import Random

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from django.utils import timezone

from complaints.models import Case, CaseEvent, Clock, Holding
from complaints.simulation.case_rows import MOVING
from complaints.simulation.seeds import SeedMaker
from complaints.simulation.simulated_case import SimulatedCase
from complaints.simulation.world import Keys, World

#: Cases held in memory at a time.
PORTION = 2000
#: The place of the state among what moves.
STATE = MOVING.index("state")
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
    """Collect the words beside the search indexes, which autovacuum then sorts in at once."""
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

#: What the search indexes. Each step of a case would have the words sorted in again, so they come last.
WORDS = ("subject", "details")


def write(simulated: Sequence[SimulatedCase]) -> None:
    """Write the rows of simulated cases, in the transaction of the caller; of none, nothing."""
    if not simulated:
        return
    _insert(Case, (one.case for one in simulated), empty=WORDS)
    _insert(CaseEvent, (event for one in simulated for event in one.events))
    _insert(Holding, (holding for one in simulated for holding in one.holdings))
    _insert(Clock, (clock for one in simulated for clock in one.clocks))
    texts = sorted((row for one in simulated for row in one.texts), key=lambda row: row._meta.label)
    for _label, rows in groupby(texts, key=lambda row: row._meta.label):
        of_one_kind = list(rows)
        _insert(type(of_one_kind[0]), of_one_kind)
    _move(simulated)
    _give_words(simulated)


def _insert(model: type[Model], rows: Iterable[Model], *, empty: Collection[str] = ()) -> None:
    """Write rows by COPY, which takes half the time of INSERT; the guards of the database see them all the same."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    "" if field.name in empty else field.get_db_prep_save(field.pre_save(row, add=True), connection)
                    for field in fields
                ]
            )


def _move(simulated: Sequence[SimulatedCase]) -> None:
    """Lead the cases through their steps, the first of all, then the second of all."""
    steps = [list(_steps_that_count(one.steps)) for one in simulated]
    rows = [
        (one.case.pk, *step, turn)
        for one, own in zip(simulated, steps, strict=True)
        for turn, step in enumerate(own, start=1)
    ]
    with _beside("simulated_step", ("id", *MOVING), rows, turns=True) as cursor:
        for turn in range(1, max(map(len, steps), default=0) + 1):
            _update(cursor, "simulated_step", MOVING, turn)


def _steps_that_count(steps: Sequence[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield the steps after the first that the guards want one by one: to another state, and the last before that."""
    for before, step, after in zip(steps, steps[1:], [*steps[2:], None], strict=False):
        if after is None or not before[STATE] == step[STATE] == after[STATE]:
            yield step


def _give_words(simulated: Sequence[SimulatedCase]) -> None:
    rows = [(one.case.pk, *(getattr(one.case, name) for name in WORDS)) for one in simulated]
    with _beside("simulated_words", ("id", *WORDS), rows) as cursor:
        _update(cursor, "simulated_words", WORDS)


@contextmanager
def _beside(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, turns: bool = False
) -> Iterator[CursorWrapper]:
    """Put ``rows`` into a temporary table with columns of a case, which ends with the block."""
    names = ", ".join(columns)
    turn = ", 0 AS turn" if turns else ""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT {names}{turn} FROM complaints_case WITH NO DATA")
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"ANALYZE {table}")
        yield cursor
        cursor.execute(f"DROP TABLE {table}")


def _update(cursor: CursorWrapper, table: str, columns: Sequence[str], turn: int | None = None) -> None:
    """Set ``columns`` of the cases to those of ``table``, of one turn or of all."""
    values = ", ".join(f"{table}.{name}" for name in columns)
    cursor.execute(
        f"UPDATE complaints_case SET ({', '.join(columns)}) = ROW({values})"
        f" FROM {table} WHERE {table}.id = complaints_case.id{'' if turn is None else f' AND {table}.turn = {turn:d}'}"
    )
