"""Answers that everybody may read; an inquiry begins with them."""

from __future__ import annotations

from complaints.models import PublishedAnswer
from complaints.workflow import Kind


def come_first(kind: str, *, asks: bool) -> bool:
    """Tell whether somebody who begins a case of ``kind`` is shown the answers first; not who ``asks`` after them."""
    return kind == Kind.INQUIRY and not asks and PublishedAnswer.objects.in_public().exists()
