"""The connection of the tests, led to another cluster for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import environ
from django.db import connection


@contextmanager
def connected_to(url: str) -> Iterator[None]:
    """Let everything that asks the database ask that of ``url``."""
    address = environ.Env.db_url_config(url)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {name: address[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= before
