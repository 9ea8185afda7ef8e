"""A pooler lends a connection for one transaction, so nothing may be kept in a session beyond it."""

import re

import pytest

from tests.house.test_rules import hits, name, sources

#: Locks, settings, prepared statements, cursors, notifications and temporary tables of a session. What a transaction
#: ends by itself is SET LOCAL, SET CONSTRAINTS and the locks with `xact` in their name.
SESSION_STATE = re.compile(
    r"pg_(?:try_)?advisory_(?:lock|unlock)\w*\("
    r"|(?:execute\(\s*f?[\"']+|;)\s*"
    r"(?:SET\s+(?!LOCAL\b|CONSTRAINTS\b|TRANSACTION\b)\w+\s*(?:=|TO\b)|RESET\s|(?:UN)?LISTEN\s|PREPARE\s)"
    r"|\bWITH HOLD\b"
    r"|\.iterator\("
    r"|set_config\([^)]*,\s*false\s*\)"
)
#: Its cursor lives in a transaction.
STREAMS = "kit/streams.py"


def test_no_state_is_kept_in_a_session_of_the_database() -> None:
    found = {name(path): hits(SESSION_STATE, path.read_text(encoding="utf-8")) for path in sources(".py")}
    assert {path: states for path, states in found.items() if states} == {STREAMS: [".iterator("]}


@pytest.mark.parametrize(
    "offence",
    [
        'cursor.execute("SELECT pg_advisory_lock(1)")',
        'cursor.execute("SET lock_timeout = 5")',
        "cursor.execute('LISTEN messages')",
        "Case.objects.iterator()",
        "SELECT set_config('lock_timeout', '5s', false)",
        'cursor.execute("SELECT 1; SET search_path TO x")',
    ],
)
def test_the_rule_can_fail(offence: str) -> None:
    assert len(hits(SESSION_STATE, offence)) == 1


@pytest.mark.parametrize(
    "innocent",
    [
        'execute("SET LOCAL lock_timeout = 5")',
        "pg_advisory_xact_lock(1)",
        'execute("SET CONSTRAINTS ALL IMMEDIATE"',
        "execute('UPDATE x' ' SET a = 1')",
    ],
)
def test_the_rule_can_pass(innocent: str) -> None:
    assert hits(SESSION_STATE, innocent) == []
