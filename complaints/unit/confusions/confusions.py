"""Corrections of topic and kind counted by what they changed: from, to, how many, of which agencies, sample cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count

from accounts.models import User
from agencies.models import Agency, Topic
from complaints.models import Case, Classification
from complaints.workflow import Kind

#: The spans in days that the page offers; the first is shown without a choice.
SPANS: Final = (90, 30, 365)
#: Maximum number of rows, the most frequent; a longer list would not be worked through.
MOST_ROWS: Final = 50
MOST_SAMPLES: Final = 3


@dataclass(frozen=True)
class Confusion:
    """One confusion: the topics and, where they differ, the kinds, the agencies with their counts, and samples."""

    before: str
    after: str
    kinds: tuple[str, str] | None
    number: int
    agencies: Sequence[tuple[str, int]]
    samples: Sequence[Case]


def confusions(user: User, *, days: int, at: datetime) -> list[Confusion]:
    """Return what was confused in the last ``days``, the most frequent first; five statements for any number of rows.

    Samples are the newest cases that ``user`` may open.
    """
    corrected = Classification.objects.filter(at__gt=at - timedelta(days=days)).order_by()
    rows = list(
        corrected.values("topic_before", "topic_after", "kind_before", "kind_after")
        .annotate(
            number=Count("pk"),
            held_by=ArrayAgg("agency", order_by="agency"),
            newest=ArrayAgg("case", order_by=["-at", "-pk"]),
        )
        .order_by("-number", "topic_before", "topic_after", "kind_before", "kind_after")[:MOST_ROWS]
    )
    topics = Topic.objects.in_bulk({row[name] for row in rows for name in ("topic_before", "topic_after")} - {None})
    agencies = Agency.objects.in_bulk({key for row in rows for key in row["held_by"] if key})
    wanted = {key for row in rows for key in row["newest"][:MOST_SAMPLES]}
    cases = {case.pk: case for case in Case.objects.visible_to(user, at=at).filter(pk__in=wanted).for_listing()}
    return [
        Confusion(
            before=topics[row["topic_before"]].name if row["topic_before"] else "—",
            after=topics[row["topic_after"]].name,
            kinds=_kinds(row["kind_before"], row["kind_after"]),
            number=row["number"],
            agencies=[
                (agencies[key].name, number) for key, number in Counter(filter(None, row["held_by"])).most_common()
            ],
            samples=[cases[key] for key in dict.fromkeys(row["newest"][:MOST_SAMPLES]) if key in cases],
        )
        for row in rows
    ]


def _kinds(before: str, after: str) -> tuple[str, str] | None:
    return (str(Kind(before).label), str(Kind(after).label)) if before != after else None
