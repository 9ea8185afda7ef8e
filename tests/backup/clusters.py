"""The connection of the tests, led to another cluster for a while."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import environ
from django.db import connection
from django.test import override_settings


@contextmanager
def connected_to(addresses: Mapping[str, str]) -> Iterator[None]:
    """Let everything that asks the database ask that of ``addresses``, the application and the owner."""
    address = environ.Env.db_url_config(addresses["DATABASE_URL"])
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {name: address[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    try:
        with override_settings(OWNER_DATABASE_URL=addresses["OWNER_DATABASE_URL"]):
            yield
    finally:
        connection.close()
        connection.settings_dict |= before
