"""The owner of the tables, for what tests do and the application may not: erase history, or forge it."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from config.database_roles import parameters


@cache
def owner() -> psycopg.Connection[Any]:
    """Return the connection of the owner to the test database; it sees what was committed, and commits at once."""
    address = parameters(settings.OWNER_DATABASE_URL or settings.DATABASE_URL)
    return psycopg.connect(**address | {"dbname": connection.settings_dict["NAME"]}, autocommit=True)


def forge(statement: str) -> None:
    """Change the history past its guards, as the owner of its table could."""
    with owner().transaction():
        owner().execute("ALTER TABLE complaints_caseevent DISABLE TRIGGER USER")
        owner().execute(statement)
        owner().execute("SET CONSTRAINTS ALL IMMEDIATE")
        owner().execute("ALTER TABLE complaints_caseevent ENABLE TRIGGER USER")
