"""What entries of cases add up: the columns of kept figures, from which ``reports.figures.measures`` computes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from complaints.workflow import Outcome


def outcome_amount(outcome: str) -> str:
    """Return the name of the amount that counts the cases closed with an outcome."""
    return f"outcome_{outcome}"


#: How cases were closed.
OUTCOMES: Final = tuple(map(outcome_amount, Outcome.values))
#: What happened in a period, by its origin.
FLOWS: Final = (
    "received",
    "came_back",
    "closed",
    "confirmed",
    "disputed",
    "unanswered",
    "rated",
    "treated",
    "treatment",
    "decided",
    "decided_in_time",
    "answered",
    "answered_in_time",
    "challenged",
    "bounced",
    "extended",
    "objected",
    "upheld",
    "failed",
    "reclassified",
    "audited",
    "hollow",
    # Of the cases received in a period, those that are closed: by the day on which they were filed.
    "received_closed",
    *OUTCOMES,
)
#: The flows by which cases are listed: those of a group are found by one index.
LISTED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "filed": ("received", "came_back"),
        "closed": ("closed",),
        "decided": ("decided", "decided_in_time"),
        "answered": ("answered", "answered_in_time", "challenged"),
        "words": ("confirmed", "disputed", "unanswered", "rated", "treated"),
        "seldom": ("bounced", "extended", "objected", "upheld", "failed", "reclassified", "hollow"),
    }
)
HOLDERS: Final = ("desk", "directorate", "citizen", "unit", "outside")
#: Working seconds from a change of holder to the end of its month, and how many cases each holder has.
RESTS: Final = tuple(f"rest_{holder}" for holder in HOLDERS)
HELD: Final = tuple(f"held_{holder}" for holder in HOLDERS)
#: From how many days after filing on a case has an age, and until when.
AGE_DAYS: Final[Mapping[str, tuple[int, int | None]]] = MappingProxyType(
    {"age_week": (0, 7), "age_month": (7, 30), "age_quarter": (30, 90), "age_older": (90, None)}
)
AGES: Final = tuple(AGE_DAYS)
#: What stands at the end of a period.
STOCKS: Final = ("pending", "late", *AGES)
AMOUNTS: Final = (*FLOWS, *STOCKS, *RESTS, *HELD)
#: What is kept by day of the cases of one agency, topic or kind: what breakdowns of any days show. All amounts, with
#: the working days of acts, would leave nearly as many rows as there are entries.
BY_DAY: Final = (
    "received",
    "came_back",
    "closed",
    "confirmed",
    "disputed",
    "answered",
    "answered_in_time",
    *OUTCOMES,
    "pending",
    "late",
)
#: What figures can be broken down by.
CELL: Final = ("agency_id", "topic_id", "kind", "channel", "governorate_id")
#: Whole working days of a decision or an answer.
DAYS: Final = ("decide_days", "answer_days")
