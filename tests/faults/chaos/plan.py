"""What one chaos run is to do, and what came of it, fault by fault."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self

type Fault = Literal["web killed", "database crashed", "disk full", "broker flushed", "worker killed", "beat killed"]
#: What a page alone must stand. Killed senders and a flushed broker are the short storm's.
SHORT: tuple[Fault, ...] = ("web killed", "database crashed", "disk full")
LONG: tuple[Fault, ...] = (*SHORT, "broker flushed", "worker killed", "beat killed")


#: Faults that no page can hide; whether a killed process was at work is chance.
FELT = frozenset({"database crashed", "disk full"})
#: What one case takes when nothing fails; more say that somebody had to try again.
REQUESTS = 5
#: Which factor keeps up with a machine that is hardly busy.
QUIET_FACTOR = 1 / 100


@dataclass(frozen=True)
class ChaosPlan:
    """One run: the faults, one after the other, and whether the code is weakened so that it must fail."""

    name: str
    seed: int
    faults: tuple[Fault, ...] = SHORT
    # How long each fault is repeated; people go on until then, at most with so many cases.
    seconds: float = 1.0
    cases: int = 4
    # Celery workers and beat, whose sending is counted too; otherwise nothing is sent.
    has_workers: bool = False
    is_weakened: bool = False
    time_factor: float = 1
    # The seconds after each fault within which every person must be done and every message settled.
    patience: float = 120

    def not_faster_than(self, time_factor: float) -> Self:
        """Return the plan with the patience that a machine needs on which messages need this ``time_factor``."""
        return replace(self, patience=self.patience * max(1.0, time_factor / QUIET_FACTOR))

    def text(self) -> dict[str, Any]:
        """Return the plan as JSON can write it."""
        return asdict(self)


@dataclass
class Row:
    """What one fault did: how often it happened, what the pages answered, and what does not hold afterwards."""

    fault: str
    times: int = 0
    cases: int = 0
    requests: int = 0
    # Connections that broke, answers 503, and other answers of 500 and above.
    broken_off: int = 0
    unavailable: int = 0
    errors: int = 0
    stray_files: int = 0
    seconds: float = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def was_felt(self) -> bool:
        """Tell whether somebody was at the pages, and had to try again."""
        return self.requests > REQUESTS * self.cases > 0


@dataclass
class ChaosFound:
    """What came of a run."""

    name: str
    is_weakened: bool
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def read(cls, said: dict[str, Any]) -> "ChaosFound":
        """Return what JSON says."""
        return cls(**(said | {"rows": [Row(**row) for row in said["rows"]]}))


def violations(found: ChaosFound) -> list[str]:
    """Return what is wrong with a run: of a weakened one, that it kept its promises all the same."""
    wrong = [f"{row.fault}: {each}" for row in found.rows for each in row.wrong]
    idle = [f"{row.fault}: it never happened" for row in found.rows if not row.times]
    if not found.is_weakened:
        # A weakened page says that all is well.
        idle += [f"{row.fault}: nobody felt it" for row in found.rows if row.fault in FELT and not row.was_felt]
        return idle + wrong
    kinds = {each.rpartition(" ")[0] for row in found.rows for each in row.wrong}
    return idle + [f"a weakened run should have shown {kind}" for kind in WEAKENED if kind not in kinds]


#: What `weakened` breaks, in the words of `invariants`.
WEAKENED = ("messages to the citizen that are missing or repeated:", "files that are missing or cut short:")
