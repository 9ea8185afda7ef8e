"""Traces to an OpenTelemetry collector, if OTEL_EXPORTER_OTLP_ENDPOINT is set: pages, tasks and SQL statements.

Spans are written here and not by ready-made instrumentation, which records addresses with their tokens and numbers, and
the texts of errors with the values in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

SERVICE: Final = "bekhedmatkom"
LONGEST_STATEMENT: Final = 1000
SERVER_ERROR: Final = 500


class _Tracing:
    """What this process traces with, and the spans of the tasks at work, by their id."""

    tracer: Tracer | None = None
    tasks: Final[dict[str, ExitStack]] = {}


def start() -> None:
    """Begin to trace, if OTEL_EXPORTER_OTLP_ENDPOINT is set; sampling and the rest are settings of the library.

    Raises ImproperlyConfigured if the library is not installed.
    """
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        text = (
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and opentelemetry-sdk is not installed: requirements/monitoring.lock."
        )
        raise ImproperlyConfigured(text) from None
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace_with(provider.get_tracer(SERVICE))


def trace_with(tracer: Tracer | None) -> None:
    """Trace with ``tracer`` from now on; None ends it."""
    _Tracing.tracer = tracer
    if tracer:
        task_prerun.connect(_begin_task)
        task_postrun.connect(_end_task)
    else:
        task_prerun.disconnect(_begin_task)
        task_postrun.disconnect(_end_task)


class PageSpans:
    """Trace each page by the name of its address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Trace until the answer begins."""
        if _Tracing.tracer is None:
            return self.get_response(request)
        with _span("page") as span, connection.execute_wrapper(_trace_statement):
            response = self.get_response(request)
            match = request.resolver_match
            span.update_name(match.view_name if match else "none")
            span.set_attribute("http.request.method", str(request.method))
            span.set_attribute("http.response.status_code", response.status_code)
            if response.status_code >= SERVER_ERROR:
                _mark_failed(span)
        return response


def _begin_task(task_id: str, task: Any, **_: Any) -> None:
    stack = _Tracing.tasks[task_id] = ExitStack()
    stack.enter_context(_span(task.name))
    stack.enter_context(connection.execute_wrapper(_trace_statement))


def _end_task(task_id: str, state: str | None = None, **_: Any) -> None:
    from opentelemetry.trace import get_current_span  # noqa: PLC0415 - installed only where it is wanted

    stack = _Tracing.tasks.pop(task_id, None)
    if stack is None:
        return
    if state == "FAILURE":
        _mark_failed(get_current_span())
    stack.close()


def _trace_statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
    """Trace one statement by its text, whose values are apart from it and stay here."""
    with _span(sql.split(maxsplit=1)[0].upper() if sql.strip() else "SQL") as span:
        span.set_attribute("db.query.text", sql[:LONGEST_STATEMENT])
        try:
            return execute(sql, params, many, context)
        except Exception:
            _mark_failed(span)
            raise


@contextmanager
def _span(name: str) -> Iterator[Span]:
    """Open a span; what an error says is not recorded."""
    tracer = _Tracing.tracer
    assert tracer is not None  # noqa: S101 - asked for only while this process traces
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
        yield span


def _mark_failed(span: Span) -> None:
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - installed only where it is wanted

    span.set_status(StatusCode.ERROR)
