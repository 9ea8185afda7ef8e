"""Logs hold constant text and ids: nothing that a person typed, searched for or is called."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import resolve

from config.logs import logging_config

SECRET = "9902103456"

type Written = Callable[[], dict[str, Any]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Log as production does into a file of this test, and return the one line."""
    stream = io.StringIO()
    config = logging_config("INFO")
    handler = logging.StreamHandler(stream)
    logging.config.dictConfig(
        config | {"root": {"handlers": []}, "handlers": {"stderr": {"()": lambda: handler, "formatter": "json"}}}
    )
    logger = logging.getLogger("house")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "propagate", False)
    logger.setLevel(logging.INFO)
    yield lambda: json.loads(stream.getvalue())
    logging.config.dictConfig(settings.LOGGING)
    assert SECRET not in stream.getvalue()


def test_a_line_is_the_constant_text_and_the_ids_beside_it(written: Written) -> None:
    logging.getLogger("house").info("case accepted", extra={"case_id": 7})
    line = written()
    assert {name: line[name] for name in ("event", "case_id", "level", "logger")} == {
        "event": "case accepted",
        "case_id": 7,
        "level": "info",
        "logger": "house",
    }


def test_of_a_request_only_method_and_path_are_written(written: Written, rf: RequestFactory) -> None:
    request = rf.get("/ar/staff/queue/", {"q": SECRET})
    logging.getLogger("house").error("failed", extra={"request": request})
    line = written()
    assert (line["method"], line["path"]) == ("GET", "/ar/staff/queue/")


def test_the_token_of_a_link_is_not_written(written: Written, rf: RequestFactory) -> None:
    path = f"/r/{SECRET}/"
    request = rf.get(path)
    request.resolver_match = resolve(path)
    logging.getLogger("house").error("%s: %s", "Forbidden", path, extra={"request": request})
    line = written()
    assert (line["event"], line["path"]) == ("Forbidden: /r/…/", "/r/…/")


def test_an_error_is_written_without_local_variables_and_without_the_values_postgresql_quotes(written: Written) -> None:
    try:
        _fail(SECRET)
    except ValueError:
        logging.getLogger("house").exception("failed")
    (raised,) = written()["exception"]
    assert (raised["exc_type"], raised["exc_value"]) == ("ValueError", "duplicate key")


def _fail(number: str) -> None:
    message = f"duplicate key\nDETAIL: Key (number)=({number}) already exists."
    raise ValueError(message)
