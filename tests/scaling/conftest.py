"""A primary and a standby that the tests of this folder share, and the database of the tests on them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import environ
import pytest
from django import db
from django.db import connections
from pytest_django import DjangoDbBlocker

from config.devstack import throwaway
from kit import replica
from tests.conftest import delete_all_rows
from tests.owner import owner
from tests.scaling.clusters import Pair


class Pairs:
    """Gives out the pair there is, and another when a test has used it up."""

    def __init__(self, make: Callable[[], Pair]) -> None:
        self._make = make
        self._pair: Pair | None = None

    def get(self) -> Pair:
        self._pair = self._pair or self._make()
        return self._pair

    def discard(self) -> None:
        """End the pair: the next test gets another."""
        if self._pair:
            self._pair.end()
        self._pair = None

    def after(self, pair: Pair) -> None:
        """Clean up what a test left in ``pair``, or end it if it is no pair any more."""
        if pair.is_whole():
            delete_all_rows()
        else:
            self.discard()


@pytest.fixture(scope="session")
def pairs(django_db_setup: None) -> Iterator[Pairs]:
    """Make pairs as copies of the cluster of this run."""
    if os.environ.get("DATABASE_IS_THROWN_AWAY") != "True":
        pytest.skip("DATABASE_URL names a database of yours, which is not copied")
    with throwaway.folder() as base:
        numbers = iter(range(100))
        made = Pairs(lambda: Pair(base / str(next(numbers)), of=os.environ["ADMIN_DATABASE_URL"]))
        try:
            yield made
        finally:
            made.discard()


@pytest.fixture
def move(transactional_db: None) -> Iterator[Callable[[str], None]]:
    """Return what sends the statements of this test to the database at an address."""
    before = dict(connections.settings["default"])

    def point(address: str) -> None:
        connections["default"].close()
        connections.settings["default"] |= _parsed(address)

    yield point
    connections["default"].close()
    connections.settings["default"].clear()
    connections.settings["default"] |= before


@pytest.fixture
def pair(pairs: Pairs, move: Callable[[str], None], settings: Any) -> Iterator[Pair]:
    """Run the test on the primary of a pair, whose standby has everything."""
    pair, name = pairs.get(), str(connections["default"].settings_dict["NAME"])
    move(pair.here(settings.DATABASE_URL, name))
    with _owned(pair.primary.here(settings.OWNER_DATABASE_URL, name), settings):
        pair.catch_up()
        yield pair
        pairs.after(pair)


@contextmanager
def _owned(address: str, settings: Any) -> Iterator[None]:
    """Let the owner of the tables be at ``address``."""
    before = settings.OWNER_DATABASE_URL
    for place in (address, before):
        if owner.cache_info().currsize:
            owner().close()
        owner.cache_clear()
        settings.OWNER_DATABASE_URL = place
        if place is address:
            yield


@pytest.fixture
def copy(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, settings: Any, django_db_blocker: DjangoDbBlocker
) -> Iterator[Pair]:
    """Let the standby be the replica, as REPLICA_URL would."""
    name = str(connections["default"].settings_dict["NAME"])
    connections.settings[replica.ALIAS] = dict(connections.settings["default"]) | _parsed(
        f"{pair.standby.here(settings.FIGURES_DATABASE_URL, name)}?connect_timeout=2"
    )
    # Django lets a test use the databases it named before it began; this one came later.
    connect: Any = django_db_blocker._real_ensure_connection
    monkeypatch.setattr(connections[replica.ALIAS], "ensure_connection", partial(connect, connections[replica.ALIAS]))
    monkeypatch.setattr(db.router, "routers", [replica.ReplicaRouter()])
    monkeypatch.setattr(replica, "_rest", {})
    settings.REPLICA_MAX_LAG = 3600
    yield pair
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    del connections.settings[replica.ALIAS]


def _parsed(address: str) -> dict[str, Any]:
    found = environ.Env.db_url_config(address)
    return {"OPTIONS": {}} | {name: value for name, value in found.items() if name != "ENGINE"}
