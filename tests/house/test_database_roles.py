"""The application changes rows; it makes no table, switches no guard off and rewrites no history."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, ProgrammingError, connection

from complaints.models import Case
from config import database_roles
from config.database_roles import APP, FIGURES, OWNER, SETTINGS, TASKS, as_owner, parameters
from tests.owner import owner

#: A change of staff waits for a second person, and its trigger takes that one decision.
DECIDED_ONCE = {"accounts_staffchange", "accounts_policyedition"}

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def connected(role: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to the test database as a role."""
    address = parameters(os.environ[database_roles.ADDRESSES[role]])
    with psycopg.connect(**address | {"dbname": connection.settings_dict["NAME"]}, autocommit=True) as made:
        yield made


def refusal(role: str, statement: str) -> str:
    with connected(role) as made, pytest.raises(psycopg.Error) as refused:
        made.execute(statement)
    return str(refused.value)


def test_the_suite_asks_as_the_application() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == (APP, APP)


@pytest.mark.parametrize("role", [APP, TASKS])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE complaints_case ADD COLUMN mine int",
        "DROP TABLE complaints_note",
        "DROP FUNCTION complaints_guard_history CASCADE",
        "TRUNCATE complaints_case CASCADE",
        "TRUNCATE complaints_caseevent CASCADE",
        "ALTER TABLE complaints_caseevent DISABLE TRIGGER USER",
        "DROP TRIGGER complaints_history_rows ON complaints_caseevent",
        "CREATE TRIGGER mine BEFORE INSERT ON complaints_case EXECUTE FUNCTION complaints_guard_state()",
        "SET session_replication_role = replica",
        "SET ROLE owner",
        "GRANT owner TO app",
        "DELETE FROM complaints_caseevent",
        "UPDATE complaints_caseevent SET action = 'close'",
        "DELETE FROM accounts_identityview",
        "UPDATE notifications_wordingedition SET sms = ''",
        "DELETE FROM django_migrations",
        "SELECT setval('complaints_case_serial', 1)",
        "COPY complaints_case TO PROGRAM 'cat'",
        "ALTER SYSTEM SET fsync = off",
    ],
)
def test_the_application_changes_no_table_and_no_history(role: str, statement: str) -> None:
    assert "permission denied" in refusal(role, statement) or "must be owner" in refusal(role, statement)


@pytest.mark.parametrize("role", list(SETTINGS))
def test_a_role_waits_as_long_as_it_is_meant_to(role: str) -> None:
    with connected(role) as made:
        found = {name: made.execute("SELECT current_setting(%s)", [name]).fetchone() for name in SETTINGS[role]}
    assert found == {name: (value,) for name, value in SETTINGS[role].items()}


def test_the_log_of_postgresql_quotes_nothing_that_anybody_typed() -> None:
    """It would write the statement of each error, which has its values in it, and the row that a constraint refused."""
    typed, wrong = "رنا العبادي 0790000000", f"SELECT '{{}}'::int /* {connection.settings_dict['NAME']} */"
    with psycopg.connect(os.environ["ADMIN_DATABASE_URL"], autocommit=True) as administrator:
        (data,) = administrator.execute("SHOW data_directory").fetchone() or ("",)
        with pytest.raises(psycopg.DataError):
            administrator.execute(wrong.format("by the administrator"))
    for role in SETTINGS:
        refusal(role, wrong.format(typed))
        refusal(role, f"SET lock_timeout = 0; SET statement_timeout = 10; SELECT pg_sleep(9) /* {typed} */")
    log = (Path(data).parent / "postgres.log").read_text(errors="replace")
    assert ("by the administrator" in log, typed in log) == (True, False)


def test_figures_only_read_and_read_no_session() -> None:
    with connected(FIGURES) as made:
        assert made.execute("SELECT count(*) FROM complaints_case").fetchone() == (0,)
        # The setting is a reminder that a session can take back; the missing right is what refuses.
        made.execute("SET default_transaction_read_only = off")
        for statement in (
            "UPDATE complaints_case SET subject = ''",
            "SELECT * FROM accounts_session",
            "SET session_replication_role = replica",
            "ALTER TABLE complaints_caseevent DISABLE TRIGGER USER",
            "DROP TRIGGER complaints_history_rows ON complaints_caseevent",
            "TRUNCATE complaints_caseevent CASCADE",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                made.execute(statement)
    assert "read-only transaction" in refusal(FIGURES, "CREATE TEMPORARY TABLE mine (id int)")


def test_what_the_owner_makes_is_the_applications_to_fill_and_of_figures_to_read() -> None:
    owner().execute("CREATE TABLE later (id bigint GENERATED BY DEFAULT AS IDENTITY, said text)")
    try:
        for role in (APP, TASKS):
            with connected(role) as made:
                made.execute("INSERT INTO later (said) VALUES ('x'); UPDATE later SET said = 'y'; DELETE FROM later")
        with connected(FIGURES) as made:
            assert made.execute("SELECT count(*) FROM later").fetchone() == (0,)
    finally:
        owner().execute("DROP TABLE later")


def test_a_table_that_a_trigger_keeps_is_one_whose_rows_are_written_once() -> None:
    """The list of the roles and the triggers of the migrations name the same tables."""
    guarded = owner().execute(
        "SELECT DISTINCT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND tgtype & 32 > 0"  # BEFORE or AFTER TRUNCATE
    )
    assert {name for (name,) in guarded} - DECIDED_ONCE == set(database_roles.APPEND_ONLY)


# ---- migrating ----


def test_migrating_is_the_owners_and_ends_with_it() -> None:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (OWNER,)
    test_the_suite_asks_as_the_application()


def test_migrating_gives_back_a_right_that_was_lost() -> None:
    owner().execute("REVOKE SELECT ON complaints_case FROM app")
    with pytest.raises(ProgrammingError, match="permission denied"):
        Case.objects.exists()
    call_command("migrate", verbosity=0)
    assert not Case.objects.exists()


def test_a_migration_that_meets_a_table_in_use_gives_way_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page that comes later would wait behind a migration that waits."""

    def alter() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            cursor.execute("ALTER TABLE complaints_note ADD COLUMN mine int")

    monkeypatch.setattr(database_roles, "grant", alter)
    with connected(APP) as reader, reader.transaction():
        reader.execute("SELECT FROM complaints_note")
        with pytest.raises(CommandError, match="A table was in use for longer than a migration waits"):
            call_command("migrate", verbosity=0)


def test_another_error_of_a_migration_is_shown_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '10ms'")
            cursor.execute("SELECT pg_sleep(1)")

    monkeypatch.setattr(database_roles, "grant", fail)
    with pytest.raises(OperationalError, match="statement timeout"):
        call_command("migrate", verbosity=0)


# ---- making the roles ----


def test_the_command_needs_an_administrator_and_refuses_other_roles(settings: Any) -> None:
    settings.TASKS_DATABASE_URL = "postgres://somebody:secret@127.0.0.1/app"
    with pytest.raises(CommandError, match="TASKS_DATABASE_URL must name one of the roles owner, app, tasks, figures"):
        call_command("create_roles")
    settings.ADMIN_DATABASE_URL = ""
    with pytest.raises(CommandError, match="Set ADMIN_DATABASE_URL"):
        call_command("create_roles")


def test_the_command_brings_a_role_back_to_what_it_should_be() -> None:
    administrator = os.environ["ADMIN_DATABASE_URL"]
    with psycopg.connect(administrator, autocommit=True) as made:
        made.execute("ALTER ROLE figures CREATEDB PASSWORD NULL; ALTER ROLE figures RESET lock_timeout")
    call_command("create_roles")
    with connected(FIGURES) as made:
        assert made.execute("SHOW lock_timeout").fetchone() == (SETTINGS[FIGURES]["lock_timeout"],)
        assert made.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
