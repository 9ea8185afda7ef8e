"""What can go wrong with the stand-in, where it is asked for, and how often it happens."""

from dataclasses import dataclass
from typing import Final

# What can go wrong, where it is asked for.
AT_CREATE: Final = (
    "error_before_accepting",
    "too_many",
    "refuse",
    "unauthorised",
    "accept_then_time_out",
    "error_after_accepting",
    "hang_up_after_accepting",
    "garbage",
    "no_sid",
    "drip",
    "slow",
)
AT_CALLBACK: Final = ("drop_callbacks", "repeat_callbacks", "reorder_callbacks", "fail")
AT_LIST: Final = ("list_delay", "list_fails", "list_garbage")
FAULTS: Final = (*AT_CREATE, *AT_CALLBACK, *AT_LIST)


@dataclass
class Fault:
    """How often something goes wrong: with a chance, and certainly at the next few occasions."""

    chance: float = 0.0
    next: int = 0
    seconds: float = 60.0
    code: int = 0
    happened: int = 0
