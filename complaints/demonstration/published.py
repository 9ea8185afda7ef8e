"""The published answers of the demonstration, from a table."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU
from agencies.models import Topic
from complaints.actions.published_answers import PublishedText, publish

SOURCE: Final = Path(__file__).parents[1] / "data" / "demonstration_answers.csv"


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
