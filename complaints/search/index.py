"""Indexes the words of finished blocks of cases, so that a search skips the blocks that lack a word."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from complaints.models import SearchBlock
from notifications.periodic import RowRun

TASK = "complaints.build_search_index"

#: Maximum number of blocks indexed in one run; the next run takes the rest.
BATCH = 100
#: The advisory lock that writers of a case's text hold shared; the trigger in the migration uses the same number.
LOCK = 4_107_001
#: A ``tsvector`` is limited to a mebibyte; a block with more different words gets no row and is always read.
_MOST_BYTES = 1_000_000

_UNWRITTEN = """
SELECT number FROM generate_series(
    (SELECT min(id) / %(cases)s FROM complaints_case), (SELECT max(id) / %(cases)s - 1 FROM complaints_case)
) AS number
WHERE NOT EXISTS (SELECT FROM complaints_searchblock AS block WHERE block.number = number.number)
ORDER BY number DESC LIMIT %(batch)s
"""
_WRITE = """
INSERT INTO complaints_searchblock (number, search_vector)
SELECT %(number)s, coalesce(array_to_tsvector(array_agg(lexeme)), '')
FROM (
    SELECT DISTINCT lexeme FROM complaints_case, unnest(complaints_case.search_vector)
    WHERE id >= %(number)s * %(cases)s AND id < (%(number)s + 1) * %(cases)s
) AS found
HAVING coalesce(sum(octet_length(lexeme) + 2), 0) < %(most)s
ON CONFLICT DO NOTHING
"""


def build_index(*, at: datetime) -> int:
    """Index the finished blocks that have no row yet, the newest first; return how many. Safe to run at any time."""
    run, count = RowRun(TASK, "block", at=at), 0
    with connection.cursor() as cursor:
        cursor.execute(_UNWRITTEN, {"cases": SearchBlock.CASES, "batch": BATCH + len(run.waiting)})
        numbers = [number for (number,) in cursor.fetchall() if str(number) not in run.waiting]
    for number in numbers:
        with run.row(number):
            count += _sum_up(number)
    return count


def _sum_up(number: int) -> int:
    """Index one block; 0 while somebody is writing the text of a case, which is not visible yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WRITE, {"number": number, "cases": SearchBlock.CASES, "most": _MOST_BYTES})
        written: int = cursor.rowcount
    return written
