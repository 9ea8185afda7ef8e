"""What is new to a member of staff: open cases that others changed since the page of the case was last opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.db import connection

from accounts.models import User
from complaints.models import Case, ListedCase
from complaints.models.read_marks import NEWS_LASTS
from kit.statements import Statement

_MARK: Final = """
INSERT INTO complaints_readmark (user_id, case_id, seen_at) VALUES (%s, %s, %s)
ON CONFLICT (user_id, case_id) DO UPDATE SET seen_at = greatest(complaints_readmark.seen_at, excluded.seen_at)
"""


class UnreadCase(NamedTuple):
    """The key of a case that is new to the reader."""

    id: int


_NEWS: Final = Statement(Path(__file__).with_name("news.sql"), UnreadCase)


def mark_read(case: Case, user: User, *, at: datetime) -> None:
    """Keep that ``user`` opened the page of ``case`` at ``at``; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [user.pk, case.pk, at])


def new_cases(cases: Sequence[ListedCase], user: User, *, at: datetime) -> frozenset[int]:
    """Return the keys of those of ``cases`` that are new to ``user``; one statement, or none without cases.

    A change of the last fortnight counts that was not the person's own and came after they last opened the case.
    """
    if not cases:
        return frozenset()
    keys = [case.pk for case in cases]
    return frozenset(row.id for row in _NEWS.prepared_rows(keys=keys, user=user.pk, since=at - NEWS_LASTS))
