"""One storm: threads that act until the time is over, each by a clock of its own, and what came of it."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection

from complaints.models import Case, CaseEvent
from complaints.workflow import Action
from kit.outages import LOCKED, sqlstate
from tests.storm.deeds import DEEDS, Move, NothingToDo, choose
from tests.storm.town import Town

THREADS: Final = 8
#: In the time of the cases an hour passes in a second, so that deadlines are missed and objections come too late.
HOURS_A_SECOND: Final = 1.0
#: The clocks of two machines may differ, and be set; nobody's history may run backwards for that.
JUMP: Final = timedelta(hours=2)
JUMPS: Final = (timedelta(), timedelta(), JUMP, -JUMP)
#: Traces kept of what nobody expected.
MOST_SHOWN: Final = 5


@dataclass
class Found:
    """How often what was asked was done, refused in words, or met a row that was kept too long; and what went wrong."""

    done: int = 0
    refused: int = 0
    waited: int = 0
    unexpected: list[str] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    tried: Counter[Action] = field(default_factory=Counter)

    def add(self, other: Found) -> None:
        """Count what another thread found as well."""
        self.done += other.done
        self.refused += other.refused
        self.waited += other.waited
        self.unexpected += other.unexpected
        self.refusals += other.refusals
        self.tried += other.tried


@dataclass(frozen=True)
class Storm:
    """``seconds`` of ``threads`` at once on the cases of ``town``; the same ``seed`` throws the same dice."""

    town: Town
    began: datetime
    seconds: float
    seed: int
    threads: int = THREADS
    #: How long one waits for a row or a statement; None leaves it to the role.
    patience: str | None = None
    follow: Callable[[float], None] = lambda _passed: None

    def run(self) -> Found:
        """Let all act, and return what they found."""
        start, found = time.monotonic(), Found()
        with ThreadPoolExecutor(self.threads) as pool:
            for one in pool.map(
                lambda place: self._act(start, Random(f"{self.seed} {place}"), place), range(self.threads)
            ):
                found.add(one)
        return found

    def _act(self, start: float, dice: Random, place: int) -> Found:
        found = Found()
        try:
            if self.patience:
                with connection.cursor() as cursor:
                    for limit in ("lock_timeout", "statement_timeout"):
                        cursor.execute("SELECT set_config(%s, %s, false)", [limit, self.patience])
            while (passed := time.monotonic() - start) < self.seconds:
                if place == 0:
                    self.follow(passed)
                self._act_once(passed, dice, found)
        finally:
            connection.close()
        return found

    def _act_once(self, passed: float, dice: Random, found: Found) -> None:
        at = self.began + timedelta(hours=passed * HOURS_A_SECOND) + dice.choice(JUMPS)
        try:
            case = Case.objects.select_related("citizen__user", "agency").get(pk=dice.choice(self.town.cases))
            action, by = choose(self.town, case, dice)
            found.tried[action] += 1
            DEEDS[action].do(Move(self.town, case, by, at, dice))
            found.done += 1
        except Exception as error:  # noqa: BLE001 - what it is decides what is counted
            _count(error, found)


def never_done() -> list[Action]:
    """Return the actions that no history has, in order."""
    done = set(CaseEvent.objects.order_by().values_list("action", flat=True).distinct())
    return sorted(action for action in DEEDS if action not in done)


def _count(error: Exception, found: Found) -> None:
    """A refusal is an exception of ours: pages say it in words. Everything else would be an error page."""
    if isinstance(error, OperationalError) and sqlstate(error) == LOCKED:
        found.waited += 1
    elif isinstance(error, NothingToDo | PermissionDenied) or type(error).__module__.startswith("complaints."):
        found.refused += 1
        found.refusals[type(error).__name__] += 1
    else:
        found.unexpected.append("".join(traceback.format_exception(error)))
