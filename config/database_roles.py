"""The roles of the database: what each may do and how long it waits; docs/security.md has the table.

Tables belong to `owner`, whom only migrations use. Pages are `app`, workers are `tasks`, figures are `figures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import environ
import psycopg
from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.transaction import TransactionManagementError, atomic
from psycopg import sql

OWNER, APP, TASKS, FIGURES = "owner", "app", "tasks", "figures"
#: The settings that name a role's address, and with it its password.
ADDRESSES: Final = {
    OWNER: "OWNER_DATABASE_URL",
    APP: "DATABASE_URL",
    TASKS: "TASKS_DATABASE_URL",
    FIGURES: "FIGURES_DATABASE_URL",
}
#: Who changes rows; nobody but the owner changes tables.
WRITERS: Final = (APP, TASKS)

#: What PostgreSQL says of an error quotes the statement and the row, with what people typed; the service logs its class
#: and place by itself.
QUIET: Final = {"log_min_messages": "log", "log_min_error_statement": "panic"}
#: Given to the role itself, because a pooler that lends connections refuses them as options of a connection.
#: A page waits for a row as long as a person would; a task waits longer, since nobody looks at it; a migration waits
#: briefly, because every page waits behind it.
SETTINGS: Final[dict[str, dict[str, str]]] = {
    APP: {"lock_timeout": "2s", "statement_timeout": "6s", "idle_in_transaction_session_timeout": "30s"} | QUIET,
    TASKS: {"lock_timeout": "5s", "statement_timeout": "90s", "idle_in_transaction_session_timeout": "1min"} | QUIET,
    FIGURES: QUIET
    | {
        "lock_timeout": "2s",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "1min",
        "default_transaction_read_only": "on",
    },
    OWNER: {"lock_timeout": "2s", "statement_timeout": "2h", "idle_in_transaction_session_timeout": "10min"} | QUIET,
}

#: A row of these is written once. Triggers refuse a change by anybody; these roles have no right to try.
APPEND_ONLY: Final = (
    "accounts_identitydecision",
    "accounts_identityview",
    "complaints_caseevent",
    "notifications_wordingedition",
)
#: What migrating writes, and what a function of the owner writes.
ONLY_READ: Final = ("auth_permission", "complaints_deletedcase", "django_content_type", "django_migrations")
#: What checks by itself whether it may, and does what no role but the owner can.
CALLED_BY_WRITERS: Final = ("complaints_delete_case",)
#: A restored database skips the ids that carriers may still name.
SKIPPING: Final = ("notifications_attempt_id_seq",)
#: What opens a session or an account, and what was never sent, is in no report.
NOT_IN_FIGURES: Final = (
    "accounts_factor",
    "accounts_formdraft",
    "accounts_phonecode",
    "accounts_recoverycode",
    "accounts_session",
    "complaints_unsentform",
    "notifications_embeddedmail",
)

#: Any number that nothing else locks: two starts at once would change the same rows of the catalogue.
LOCK: Final = 4107002


def parameters(url: str) -> dict[str, Any]:
    """Return what the settings make of this address, in the words of psycopg."""
    found = environ.Env.db_url_config(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    return {name: found[key] for key, name in names.items() if found.get(key)} | dict(found.get("OPTIONS", {}))


def create(administrator: psycopg.Connection[Any], passwords: Mapping[str, str]) -> None:
    """Make the roles that are missing, and give all of them their passwords and settings; may be repeated.

    ``administrator`` may create roles; a role that is not in ``passwords`` keeps its own.
    """
    with administrator.transaction():
        administrator.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        found = {name for (name,) in administrator.execute("SELECT rolname FROM pg_roles")}
        for name, values in SETTINGS.items():
            role = sql.Identifier(name)
            if name not in found:
                administrator.execute(sql.SQL("CREATE ROLE {}").format(role))
            administrator.execute(
                sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS").format(
                    role
                )
            )
            if name in passwords:
                # Hashed here: the statement may be logged.
                hashed = administrator.pgconn.encrypt_password(
                    passwords[name].encode(), name.encode(), b"scram-sha-256"
                )
                administrator.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, hashed.decode()))
            for setting, value in values.items():
                administrator.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(role, sql.Identifier(setting), value))


def give_database(administrator: psycopg.Connection[Any], name: str) -> None:
    """Make the database ``name`` unless it is there, and give it to the owner.

    ``administrator`` is outside a transaction, in which PostgreSQL makes no database.
    """
    database = sql.Identifier(name)
    if not administrator.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        administrator.execute(sql.SQL("CREATE DATABASE {}").format(database))
    administrator.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(OWNER)))


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the connection of this thread be the owner's until the block ends; it must not be in a transaction.

    Without OWNER_DATABASE_URL it stays as it is: an installation with one role for everything.
    """
    if connection.in_atomic_block:
        msg = "A transaction belongs to the role that began it."
        raise TransactionManagementError(msg)
    address = environ.Env.db_url_config(settings.OWNER_DATABASE_URL or settings.DATABASE_URL)
    own = connection.settings_dict
    before = {name: own[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    connection.close()
    own.update({name: address[name] for name in before})
    try:
        yield
    finally:
        connection.close()
        own.update(before)


def grant() -> None:
    """Give the roles of this cluster their rights to the tables there are; the connection is the owner's."""
    with atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [[*WRITERS, FIGURES]])
        for (name,) in cursor.fetchall():
            for statement in _reading(cursor) if name == FIGURES else _writing(cursor):
                cursor.execute(sql.SQL(statement).format(role=sql.Identifier(name)))


def _writing(cursor: CursorWrapper) -> Iterator[str]:
    yield "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
    yield "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table in _existing(cursor, APPEND_ONLY):
        yield f"REVOKE UPDATE, DELETE ON {table} FROM {{role}}"
    for table in _existing(cursor, ONLY_READ):
        yield f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}"
    for function in _functions(cursor):
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {{role}}"
    for sequence in _existing(cursor, SKIPPING):
        yield f"GRANT UPDATE ON SEQUENCE {sequence} TO {{role}}"
    # For what the owner makes outside of migrations.
    yield "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}"
    yield "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {role}"


def _reading(cursor: CursorWrapper) -> Iterator[str]:
    yield "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    for table in _existing(cursor, NOT_IN_FIGURES):
        yield f"REVOKE ALL ON {table} FROM {{role}}"
    yield "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {role}"


def _functions(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname = ANY(%s)",
        [[*CALLED_BY_WRITERS]],
    )
    return [signature for (signature,) in cursor.fetchall()]


def _existing(cursor: CursorWrapper, names: tuple[str, ...]) -> list[str]:
    """Return which of these tables and sequences there are: migrations may have been applied in part."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)", [[*names]]
    )
    return [name for (name,) in cursor.fetchall()]
