"""Reading many rows without holding them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from django.db import connections, transaction
from django.db.models import Model, QuerySet


def stream[Row](rows: QuerySet[Model, Row], *, portion: int = 2000) -> Iterator[Row]:
    """Yield ``rows`` from a cursor of the server, ``portion`` at once; read all of them, and write nothing meanwhile.

    The cursor lives in a transaction, so that it also works through a pooler that lends a connection for each one.
    """
    connection: Any = connections[rows.db]
    with nullcontext() if connection.in_atomic_block else transaction.atomic(using=rows.db):
        yield from rows.iterator(chunk_size=portion)
