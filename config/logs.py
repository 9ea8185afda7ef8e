"""Logs as one JSON object a line: constant text in `event` and ids beside it, so that no personal data is in either."""

import re
from typing import Any, Final

import structlog
from structlog.types import EventDict, WrappedLogger

#: What an error quotes is what somebody typed, unless it is the name of something of the code or the database.
_QUOTED: Final = re.compile(
    r"""(?P<name>(?:constraint|relation|column|table|index|function|attribute|module)[ ]["']\w+["']|'\w+'[ ]object)"""
    r"""|["'“‘«].*["'”’»]|\d{7,}"""
)

#: How gunicorn's sentences about a request begin.
_OF_A_REQUEST: Final = ("Error handling request", "Invalid request")


def request_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the method and the path of a request: a query may hold a search, a link opens something."""
    if request := event.pop("request", None):
        event["method"], event["path"] = getattr(request, "method", None), getattr(request, "path", None)
        match = getattr(request, "resolver_match", None)
        if token := match and match.kwargs.get("token"):
            # Django says the path in its sentence too.
            event.update({name: str(event[name]).replace(token, "…") for name in ("event", "path")})
    return event


def servers_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leave out what others sent, which gunicorn and Django say in their sentences: an address, a header, a name."""
    name, text = event.get("logger", ""), str(event.get("event", ""))
    if name == "gunicorn.error":
        event["event"] = next((known for known in _OF_A_REQUEST if text.startswith(known)), text)
    elif name.startswith("django.security"):
        event["event"] = without_values(text)
    return event


def tasks_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep name and number of a task: Celery adds its arguments, what it returned, and all that an error said."""
    said = event.get("data")
    if event.get("logger", "").startswith("celery") and isinstance(said, dict):
        del event["data"]
        event["event"] = event["event"].partition(": ")[0]
        event["task"], event["task_id"] = said.get("name"), said.get("id")
    return event


def errors_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the first line of what an error says, without values: Python quotes them there, PostgreSQL on all lines."""
    for raised in event.get("exception", ()):
        raised["exc_value"] = without_values(raised["exc_value"])
        raised.pop("exc_notes", None)
    return event


def without_values(said: str) -> str:
    """Return the first line of what an error says, with a sign in place of each value."""
    return _QUOTED.sub(lambda found: found["name"] or "…", said.partition("\n")[0])


# Frames' local variables hold what people typed: never written.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
BEFORE: list[Any] = [
    # The number of the request, or the task.
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
AT_THE_END: list[Any] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    request_in_short,
    servers_in_short,
    tasks_in_short,
    structlog.processors.ExceptionRenderer(TRACEBACKS),
    errors_in_short,
    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
]


def logging_config(level: str) -> dict[str, Any]:
    """Return a `dictConfig` that sends everything to standard error as JSON from `level` up."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": BEFORE,
        "processors": AT_THE_END,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Below an error it repeats addresses that people mistyped.
            "django.request": {"level": "ERROR"},
            # Below that it writes the ids of people's passkeys.
            "fido2": {"level": "WARNING"},
            # Below that it writes addresses that it asks: one may hold number and text, or be a key to push by.
            "urllib3": {"level": "ERROR"},
        },
    }
