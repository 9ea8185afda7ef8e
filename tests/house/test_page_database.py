"""A page's connection gives up where the server says nothing, and nobody else tries for a moment."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from config.database_roles import parameters
from config.page_database import base, pool
from tests.faults.passage import Passage

pytestmark = pytest.mark.django_db


@pytest.fixture
def passage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Passage]:
    monkeypatch.setattr(pool, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(pool, "TURN_SECONDS", 0.3)
    pools: dict[str, pool.Pool] = {}
    monkeypatch.setattr(base, "_pools", pools)
    address = urlsplit(os.environ["DATABASE_URL"])
    made = Passage(str(address.hostname), address.port or 5432)
    yield made
    for each in pools.values():
        for kept in each._idle:
            kept.close()
    made.close()


def wrapper(passage: Passage) -> BaseDatabaseWrapper:
    own = {"PORT": passage.port, "OPTIONS": {"connect_timeout": 2, "most": 2, "kept": 1}}
    return base.DatabaseWrapper(connections["default"].settings_dict | own, "default")


def test_a_server_that_says_nothing_is_waited_for_no_longer(passage: Passage) -> None:
    database = wrapper(passage)
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
        passage.hold()
        began = time.monotonic()
        with pytest.raises(OperationalError, match="did not answer within"):
            cursor.execute("SELECT 1")
        # Long before the passage, which is never opened again, would let anything through.
        assert time.monotonic() - began < 20
    assert not database.is_usable()
    database.close()


def test_without_this_the_timeouts_of_the_server_end_nothing(passage: Passage) -> None:
    """The control: the server would have ended the statement after a tenth of a second, and cannot say so."""
    address = parameters(os.environ["DATABASE_URL"]) | {"port": passage.port}
    with psycopg.connect(**address, autocommit=True) as plain, ThreadPoolExecutor(1) as threads:
        plain.execute("SET statement_timeout = 100")
        passage.hold()
        asked = threads.submit(plain.execute, "SELECT pg_sleep(5)")
        assert not wait([asked], timeout=1).done
        passage.release()
        assert isinstance(asked.exception(), psycopg.errors.QueryCanceled)


def test_after_a_failure_nobody_waits_for_the_same_again(passage: Passage, monkeypatch: pytest.MonkeyPatch) -> None:
    passage.close()
    with pytest.raises(OperationalError, match="refused"):
        wrapper(passage).ensure_connection()
    with pytest.raises(OperationalError, match="was away a moment ago"):
        wrapper(passage).ensure_connection()
    passage.open()
    monkeypatch.setattr(pool, "REST_SECONDS", 0)
    database = wrapper(passage)
    database.ensure_connection()
    database.close()


def test_a_statement_that_the_server_ends_leaves_the_connection_to_the_next(passage: Passage) -> None:
    database = wrapper(passage)
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 50")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(1)")
        cursor.execute("SELECT 1")
    database.close()


def process_of(database: BaseDatabaseWrapper) -> int:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
        return int(process)


def test_a_connection_is_kept_for_the_next_request_and_made_anew_when_it_was_cut(passage: Passage) -> None:
    database = wrapper(passage)
    first = process_of(database)
    database.close()
    assert process_of(database) == first
    database.close()
    passage.close()
    passage.open()
    assert process_of(database) != first
    database.close()


def test_what_a_request_left_open_is_not_the_next_ones(passage: Passage) -> None:
    database = wrapper(passage)
    database.ensure_connection()
    database.connection.execute("BEGIN")
    first = database.connection.info.backend_pid
    database.close()
    assert process_of(database) != first
    database.close()


def test_more_than_the_most_wait_for_their_turn_and_not_for_ever(passage: Passage) -> None:
    lent = [wrapper(passage), wrapper(passage)]
    for database in lent:
        database.ensure_connection()
    with pytest.raises(OperationalError, match="all connections of this process are lent"):
        wrapper(passage).ensure_connection()
    lent[0].close()
    last = wrapper(passage)
    assert process_of(last)
    for database in (*lent, last):
        database.close()
