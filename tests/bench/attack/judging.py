"""What an answer must not be, show or leave behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256

from django.db import connection

from kit.prepared import preparing_cursor
from tests.bench.attack.rows import Answer, Row

SERVER_ERROR = 500
#: What a page that broke would show, in any language.
TRACES = ("Traceback (most recent call last)", "/site-packages/", "psycopg.", "django.core.exceptions", 'SELECT "')
#: What visiting, signing in and being refused may write: sessions, counters, codes and unfinished forms.
KEPT_BY_EVERY_REQUEST = ("accounts_session", "accounts_ratecounter", "accounts_phonecode", "accounts_formdraft")


def problems(row: Row, answer: Answer, secrets: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what this answer should not be or show."""
    if answer.status not in row.statuses:
        yield f"answered {answer.status or 'nothing'} instead of {row.answer}"
    if answer.status >= SERVER_ERROR and answer.status not in row.statuses:
        yield "is an error of the server"
    location = answer.headers.get("Location", "")
    if row.location and answer.status in range(300, 400) and not location.startswith(row.location):
        yield f"leads to {location}"
    said = answer.body.decode("utf-8", "replace") + "".join(
        f"{name}: {value}\n" for name, value in answer.headers.items()
    )
    hidden = [each for name, group in secrets.items() if name not in row.sees.split() for each in group]
    found = [each for each in (*hidden, *TRACES, row.lacks) if each and each in said]
    if found:
        yield f"shows {', '.join(found)}"
    if row.has not in said:
        yield f"does not say {row.has}"


def kept(row: Row, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield the tables that changed although the row may not write to them."""
    changed = sorted(table for table in after if after[table] != before.get(table))
    if written := [table for table in changed if table not in row.writes.split()]:
        yield f"wrote to {', '.join(written)}"


def content() -> dict[str, str]:
    """Return a fingerprint of every row of each table, but of those that any request may write.

    It is asked after each request: to plan it takes longer than to read the few rows.
    """
    with preparing_cursor(connection) as cursor:
        cursor.execute(_all_rows())
        return {name.strip('"'): sha256(all_rows.encode()).hexdigest() for name, all_rows in cursor.fetchall()}


@cache
def _all_rows() -> str:
    tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
    looked_at = [connection.ops.quote_name(name) for name in tables if not name.startswith(KEPT_BY_EVERY_REQUEST)]
    rows = "SELECT '{0}', coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '') FROM {0} t"
    return " UNION ALL ".join(rows.format(name) for name in looked_at)
