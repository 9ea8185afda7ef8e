"""What entries of cases add up: the columns of kept figures, from which ``reports.figures.measures`` computes."""

from __future__ import annotations

from typing import Final

from complaints.workflow import Outcome

#: How cases were closed.
OUTCOMES: Final = tuple(f"outcome_{outcome}" for outcome in Outcome.values)
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
    *OUTCOMES,
)
HOLDERS: Final = ("desk", "directorate", "citizen", "unit", "outside")
#: Working seconds from a change of holder to the end of its month, and how many cases each holder has.
RESTS: Final = tuple(f"rest_{holder}" for holder in HOLDERS)
HELD: Final = tuple(f"held_{holder}" for holder in HOLDERS)
AGES: Final = ("age_week", "age_month", "age_quarter", "age_older")
#: What stands at the end of a period.
STOCKS: Final = ("pending", "late", *AGES)
AMOUNTS: Final = (*FLOWS, *STOCKS, *RESTS, *HELD)
#: What figures can be broken down by.
CELL: Final = ("agency_id", "topic_id", "kind", "channel", "governorate_id")
#: Whole working days of a decision or an answer.
DAYS: Final = ("decide_days", "answer_days")
