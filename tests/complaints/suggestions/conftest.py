"""The country as shipped, and the reader of everyday words that is compiled from it."""

from datetime import datetime

import pytest
from django.db import connection

from agencies.free_text import reader
from agencies.reference_data import load
from tests.cast import NOW


@pytest.fixture(scope="module")
def loaded(module_data: None) -> reader.ReaderCache:
    """Load the reference data of the project once for the module; return what keeps their reader."""
    load(at=NOW)
    connection.check_constraints()
    return reader.ReaderCache()


@pytest.fixture
def country(loaded: reader.ReaderCache, monkeypatch: pytest.MonkeyPatch, now: datetime) -> datetime:
    """The reference data of the project, and the moment they are read at."""
    monkeypatch.setattr(reader, "_cache", loaded)
    return now
