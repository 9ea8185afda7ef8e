"""The published answers and the known problems of the demonstration, from tables."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU, Role
from agencies.models import Agency, City, Topic
from complaints.actions import links
from complaints.actions.links import ProblemText
from complaints.actions.precedents import PublishedText, publish

_DATA: Final = Path(__file__).parents[1] / "data"
SOURCE: Final = _DATA / "demonstration_answers.csv"
PROBLEMS: Final = _DATA / "demonstration_problems.csv"


def publish_answers(at: datetime) -> int:
    """Publish the answers of the table as the unit; ``days`` says when each is looked at again; return how many."""
    by = User.objects.filter(memberships__role__in=CMU).order_by("login")[0]
    topics = Topic.objects.in_bulk(field_name="code")
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        review_on = timezone.localdate(at) + timedelta(days=int(row.pop("days")))
        text = PublishedText(topic=topics[row.pop("topic")], review_on=review_on, **row)
        publish(text, by=by, at=at)
    return len(rows)


def publish_problems(at: datetime) -> int:
    """Publish the known problems of the table, each by the supervisor of its agency; return how many."""
    with PROBLEMS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        agency = Agency.objects.get(code=row["agency"])
        city = City.objects.select_related("governorate").get(code=row["city"])
        text = ProblemText(
            agency=agency,
            topic=Topic.objects.get(code=row["topic"]),
            governorate=city.governorate,
            city=city,
            text_ar=row["text_ar"],
            text_en=row["text_en"],
            starts_at=at - timedelta(hours=int(row["since_hours"])),
            ends_at=at + timedelta(hours=int(row["for_hours"])),
        )
        by = User.objects.filter(memberships__role=Role.SUPERVISOR, memberships__agency=agency).order_by("login")[0]
        links.publish(text, by=by, at=at)
    return len(rows)
