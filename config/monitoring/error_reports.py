"""Reports of errors to Sentry, if SENTRY_DSN is set: which error, and where in the code; nothing that was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

#: All that leaves of an event. What a new version of the library adds to events stays here until it is named.
KEPT: Final = ("event_id", "timestamp", "level", "platform", "logger", "environment", "release", "sdk", "tags")
#: What is said of one place in the code: where it is, never the values in it.
KEPT_OF_A_FRAME: Final = ("filename", "abs_path", "function", "module", "lineno", "in_app")


def start(**options: Any) -> None:
    """Begin to report, if SENTRY_DSN is set; ``options`` are the library's own, for tests.

    Raises ImproperlyConfigured if the library is not installed.
    """
    if not settings.SENTRY_DSN:
        return
    try:
        import sentry_sdk  # noqa: PLC0415 - installed only where it is wanted
        from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    except ImportError:
        text = "SENTRY_DSN is set, and sentry-sdk is not installed: install requirements/monitoring.lock."
        raise ImproperlyConfigured(text) from None
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        # Every failed page and task is a line of the log; the other integrations read requests and change libraries.
        default_integrations=False,
        integrations=[LoggingIntegration(level=None)],
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        before_send=scrub,
        **options,
    )


def scrub(event: Any, hint: Mapping[str, Any]) -> Any:
    """Return what may leave of an event: the constant text of a log line, the kind of the error, places in the code.

    The text of an error is left out: PostgreSQL and Python quote values in it.
    """
    kept = {name: event[name] for name in KEPT if name in event}
    message = event.get("logentry", {}).get("message")
    if message and not _says(message, hint.get("exc_info")):
        kept["logentry"] = {"message": message}
    raised = event.get("exception", {}).get("values", [])
    if raised:
        kept["exception"] = {"values": [_error(error) for error in raised]}
    return kept


def _says(message: str, raised: Any) -> bool:
    """Tell whether a log line says what its error says, as Django does where a request is suspicious."""
    text = str(raised[1]) if raised and raised[1] else ""
    return bool(text) and text in message


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    places = [{name: frame[name] for name in KEPT_OF_A_FRAME if name in frame} for frame in frames]
    return {"type": error.get("type"), "module": error.get("module"), "stacktrace": {"frames": places}}
