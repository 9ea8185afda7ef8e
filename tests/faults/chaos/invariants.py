"""What must hold of the cases after any fault, read in SQL and in the folder of the files."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import psycopg

from tests.faults.chaos.people import ACTIONS
from tests.faults.provider import Entry

#: The actions of which the citizen is told, and how many files each case has in the end.
TOLD, FILES = ("file", "accept", "close"), 2

OWN = "WITH own AS (SELECT * FROM complaints_case WHERE submission = ANY (%(drafts)s::uuid[])) "
#: Each statement returns the cases, or the drafts, of which it does not hold.
INVARIANTS = {
    "cases that are missing:": (
        "SELECT draft FROM unnest(%(drafts)s::uuid[]) AS draft"
        " WHERE draft NOT IN (SELECT submission FROM complaints_case)"
    ),
    "cases in which an event is missing, repeated or out of order:": (
        "SELECT id FROM own WHERE version <> cardinality(%(actions)s::text[]) OR %(actions)s::text[] IS DISTINCT FROM"
        " (SELECT array_agg(action::text ORDER BY at, number) FROM complaints_caseevent WHERE case_id = own.id)"
    ),
    "cases whose holdings do not end, or leave a gap:": (
        "SELECT own.id FROM own LEFT JOIN ("
        " SELECT case_id, ended_at, lead(started_at) OVER (PARTITION BY case_id ORDER BY started_at) AS next"
        " FROM complaints_holding) AS held ON held.case_id = own.id"
        " WHERE held.ended_at IS NULL OR held.ended_at <> coalesce(held.next, own.closed_at) OR own.state <> 'closed'"
    ),
    "cases without exactly one running clock:": (
        "SELECT id FROM own"
        " WHERE 1 <> (SELECT count(*) FROM complaints_clock WHERE case_id = own.id AND ended_at IS NULL)"
    ),
    "messages to the citizen that are missing or repeated:": (
        "SELECT event.id FROM own JOIN complaints_caseevent AS event ON event.case_id = own.id"
        " WHERE event.action = ANY (%(told)s) AND 1 <> (SELECT count(*) FROM notifications_message AS message"
        " WHERE message.occasion = concat('case:', own.id, ':', event.number)"
        " AND message.recipient LIKE 'citizen:%%')"
    ),
}
ATTACHMENTS = (
    "SELECT attachment.file, attachment.size, attachment.sha256 FROM complaints_attachment AS attachment"
    " JOIN own ON own.id = attachment.case_id"
)
# What the citizen was told of is overtaken by what comes after it; the answer is the last.
UNSENT = (
    "SELECT message.id FROM notifications_message AS message JOIN own ON own.reference = message.reference"
    " WHERE message.recipient LIKE 'citizen:%%' AND message.state NOT IN ('accepted', 'delivered')"
    " AND (message.template = 'case_answered' OR message.state NOT IN ('cancelled', 'expired'))"
)
# Those to the staff may wait for the next working day.
UNSETTLED = (
    "SELECT EXISTS (SELECT FROM notifications_message"
    " WHERE recipient LIKE 'citizen:%' AND state IN ('pending', 'sending', 'unknown'))"
)


def broken(url: str, media: Path, drafts: Sequence[str]) -> list[str]:
    """Return a line for each invariant that does not hold, with how often."""
    given = {"drafts": list(drafts), "actions": ACTIONS, "told": list(TOLD)}
    with psycopg.connect(url, connect_timeout=5) as connection:
        counts = {name: len(connection.execute(OWN + sql, given).fetchall()) for name, sql in INVARIANTS.items()}
        files = connection.execute(OWN + ATTACHMENTS, given).fetchall()
    counts["files that are missing or cut short:"] = sum(not _is_whole(media, *file) for file in files)
    counts["files that are too few or too many:"] = abs(len(files) - FILES * len(drafts))
    return _lines(counts)


def unsent(url: str, drafts: Sequence[str], ledger: Sequence[Entry]) -> list[str]:
    """Return a line for the messages that did not leave, and for those that left twice."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        left = len(connection.execute(OWN + UNSENT, {"drafts": list(drafts)}).fetchall())
    twice = sum(times - 1 for times in Counter((entry.to, entry.body) for entry in ledger).values())
    return _lines({"messages that are neither sent nor overtaken:": left, "messages sent twice:": twice})


def _lines(counts: Mapping[str, int]) -> list[str]:
    return [f"{name} {number}" for name, number in counts.items() if number]


def is_unsettled(url: str) -> bool:
    """Tell whether a message to a citizen is still to be sent, or may have been."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(UNSETTLED).fetchone()
    return bool(row and row[0])


def stray_files(url: str, media: Path) -> Collection[str]:
    """Return the files that no row names: a person whose page broke off has sent them again."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        named = {name for (name,) in connection.execute("SELECT file FROM complaints_attachment").fetchall()}
    return {str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()} - named


def _is_whole(media: Path, name: str, size: int, digest: str) -> bool:
    path = media / name
    if not path.is_file() or path.stat().st_size != size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == digest
