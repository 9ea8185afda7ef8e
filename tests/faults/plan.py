"""What one run of the fault harness is to do, and what came of it."""

from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum
from typing import Any, Literal, Self

type Change = Literal["", "requeue", "mark first", "forget ids"]
type Workers = Literal["senders", "celery"]

# The numbers whose faults are scheduled, in every run: what the negative controls must fail on does not depend on luck.
ACCEPTED_THEN_TIMED_OUT = "+962790000001"
KILLED_BEFORE_THE_WIRE = "+962790000002"
KILLED_AFTER_THE_WIRE = "+962790000003"
SCHEDULED = (ACCEPTED_THEN_TIMED_OUT, KILLED_BEFORE_THE_WIRE, KILLED_AFTER_THE_WIRE)

# What they are called when they have happened.
TIMED_OUT, BEFORE_THE_WIRE, AFTER_THE_WIRE = (
    "accepted, then timed out",
    "killed before the wire",
    "killed after the wire",
)


# The calls of programs outside before and after which a sender is killed, by what they are about.
KILLED_BEFORE_THE_CALL, KILLED_AFTER_THE_CALL = "2600000001", "2600000002"


class Stage(IntEnum):
    """How far a sender's life has come, as it tells the conductor."""

    BORN = 0
    WORKING = 1
    # About to kill itself on schedule: an earlier death by chance would take its place.
    SPARED = 2


@dataclass(frozen=True)
class Plan:
    """One run: how many messages, which faults, and which step of the sender is changed, if one is."""

    name: str
    seed: int
    messages: int = 300
    # How long messages are owed while everything fails.
    seconds: float = 15
    time_factor: float = 1 / 90
    workers: Workers = "senders"
    change: Change = ""
    # Whether calls of programs outside are owed, in place of messages to people.
    to_programs: bool = False
    # At least.
    kills: int = 40
    # How many go on when it is calm again.
    senders_after: int = 3
    crashes: int = 3
    flushes: int = 2
    stops: int = 1
    # Of the provider's answers, and of its callbacks.
    faulty: float = 1 / 3
    # The seconds after the storm within which everything must be settled.
    patience: float = 70
    # Wait for the provider's final word about every message, not only for its having left.
    to_the_end: bool = True

    def not_faster_than(self, time_factor: float) -> Self:
        """Return the plan with a time factor, and the patience that goes with it, that a busy machine can keep."""
        slower = max(1.0, time_factor / self.time_factor)
        return replace(self, time_factor=self.time_factor * slower, patience=self.patience * slower)

    def text(self) -> dict[str, Any]:
        """Return the plan as JSON can write it."""
        return asdict(self)


@dataclass
class Found:
    """What came of a run; messages are counted in the provider's own ledger."""

    name: str
    change: Change = ""
    workers: Workers = "senders"
    to_programs: bool = False
    messages: int = 0
    kills: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    flushes: int = 0
    stops: int = 0
    crashes: int = 0
    lost: int = 0
    duplicate: int = 0
    undecided: int = 0
    # Open at the end, although there was time.
    unsettled: int = 0
    # One-time codes of which it stayed unknown whether they were taken, and which were not: they are never sent again.
    given_up: int = 0
    # Overtaken before they left, and overtaken, settled so, and taken all the same.
    overtaken: int = 0
    sent_though_overtaken: int = 0
    # In the ledger without being owed: sent out of a transaction that was rolled back.
    unowed: int = 0
    # Committed, and not there after the crashes.
    forgotten: int = 0
    # Of the provider, to take a message, while the storm lasted.
    calls: int = 0
    seconds: float = 0
    states: dict[str, int] = field(default_factory=dict)
    scheduled: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
