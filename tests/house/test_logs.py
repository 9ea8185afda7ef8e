"""Logs hold constant text and ids: nothing that a person typed, searched for or is called."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import celery
import pytest
from django.conf import settings
from django.test import RequestFactory
from django.urls import resolve

from config.logs import logging_config, without_values

SECRET = "9902103456"
#: Ours, and those of libraries that say in their sentences what somebody sent.
LOGGERS = ("house", "celery.app.trace", "gunicorn.error", "django.security.SuspiciousOperation")

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
    for name in LOGGERS:
        logger = logging.getLogger(name)
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


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"invalid literal for int() with base 10: '{SECRET}'", "invalid literal for int() with base 10: …"),
        (f'invalid input syntax for type date: "{SECRET}"', "invalid input syntax for type date: …"),
        (f"“{SECRET}” is not a valid UUID.", "… is not a valid UUID."),
        (f"no such number {SECRET}", "no such number …"),
        ("'it's' and \"it's\" are 'Amina's'", "…"),
        ('null value in column "name" of relation "case"', 'null value in column "name" of relation "case"'),
        ("'NoneType' object has no attribute 'user'", "'NoneType' object has no attribute 'user'"),
    ],
)
def test_what_an_error_quotes_is_written_only_if_it_is_a_name_of_the_code(said: str, kept: str) -> None:
    assert without_values(said) == kept


def test_of_a_failed_task_neither_arguments_nor_the_words_of_the_error_are_written(written: Written) -> None:
    def task_fails(number: str) -> None:
        _fail(number)

    task = celery.Celery(set_as_current=False).task(name="house.fails")(task_fails)
    task.apply((SECRET,), {})
    line = written()
    assert (line["task"], "data" in line) == ("house.fails", False)
    assert line["event"] == f"Task house.fails[{line['task_id']}] raised unexpected"
    assert [raised["exc_value"] for raised in line["exception"]] == ["duplicate key"]


@pytest.mark.parametrize(
    ("logger", "said", "kept"),
    [
        ("gunicorn.error", f"Error handling request /r/{SECRET}/", "Error handling request"),
        ("gunicorn.error", f"Invalid request from ip=192.0.2.1: Invalid HTTP Header: '{SECRET}'", "Invalid request"),
        ("gunicorn.error", "Listening at: http://127.0.0.1:8000", "Listening at: http://127.0.0.1:8000"),
        (
            "django.security.SuspiciousOperation",
            f"Invalid HTTP_HOST header: '{SECRET}'.",
            "Invalid HTTP_HOST header: ….",
        ),
    ],
)
def test_what_others_sent_is_left_out_of_the_sentences_of_servers(
    written: Written, logger: str, said: str, kept: str
) -> None:
    logging.getLogger(logger).error(said)
    assert written()["event"] == kept


def _fail(number: str) -> None:
    message = f"duplicate key\nDETAIL: Key (number)=({number}) already exists."
    raise ValueError(message)
