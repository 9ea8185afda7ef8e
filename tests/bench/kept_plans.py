"""The plans that the connection of the pages keeps for the statements about cases."""

from __future__ import annotations

import sys

from django.db import connection


def show() -> None:
    """Print each statement about cases that is prepared, with the plan that is kept for any value."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%complaints_case%'")
        statements = [statement for (statement,) in cursor.fetchall()]
        for statement in sorted(statements):
            cursor.execute(f"EXPLAIN (GENERIC_PLAN, COSTS OFF) {statement.replace('%', '%%')}", [])
            plan = "\n".join(line for (line,) in cursor.fetchall())
            sys.stdout.write(f"\n{statement}\n\n{plan}\n")
