"""Logs as one JSON object a line: constant text in `event` and ids beside it, so that no personal data is in either."""

from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger


def request_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the method and the path of a request: a query may hold a search, a link opens something."""
    if request := event.pop("request", None):
        event["method"], event["path"] = getattr(request, "method", None), getattr(request, "path", None)
        match = getattr(request, "resolver_match", None)
        if token := match and match.kwargs.get("token"):
            # Django says the path in its sentence too.
            event.update({name: str(event[name]).replace(token, "…") for name in ("event", "path")})
    return event


def errors_in_short(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep the first line of what an error says: PostgreSQL quotes the offending values on the next ones."""
    for raised in event.get("exception", ()):
        raised["exc_value"] = raised["exc_value"].partition("\n")[0]
    return event


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
            # Below that it writes every address it asks, which holds number and text where a gateway is asked by query.
            "urllib3": {"level": "INFO"},
        },
    }
