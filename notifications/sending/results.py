"""How one try at a carrier can end, and what that says of the carrier's route."""

from dataclasses import dataclass

from notifications.carriers import Accepted, Declined, Meaning


@dataclass(frozen=True)
class Unsure:
    """It is not known whether the carrier took the message."""

    code: str


@dataclass(frozen=True)
class NotTried:
    """The carrier was not called: the sender came too late, or the route had just failed."""


type Result = Accepted | Declined | Unsure | NotTried


def is_route_failure(result: Result) -> bool:
    """Tell whether the carrier was unsure, busy or down, which counts against its route."""
    return isinstance(result, Unsure) or (
        isinstance(result, Declined) and result.meaning in {Meaning.BUSY, Meaning.DOWN}
    )


def is_account_refusal(result: Result) -> bool:
    """Tell whether the carrier refused our account, which stops its route."""
    return isinstance(result, Declined) and result.meaning == Meaning.ACCOUNT


def is_down(result: Result) -> bool:
    """Tell whether a program outside did not answer, and rests."""
    return isinstance(result, Declined) and result.meaning == Meaning.DOWN
