"""What each process counts and measures: pages, tasks, and waits for a connection to the database.

Labels are names from the code, so that their number is bounded and none of them says anything about a person.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from django.conf import settings
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, values

from config.monitoring.slots import slot

PREFIX: Final = "bekhedmatkom"


@cache
def _shared_values() -> Any:
    return values.MultiProcessValue(slot)  # type: ignore[no-untyped-call]


def _shared_value(*given: Any, **named: Any) -> Any:
    """Make a value in the file of this process, which is opened now: a command that measures nothing leaves none."""
    return _shared_values()(*given, **named)


if settings.PROMETHEUS_MULTIPROC_DIR:
    values.ValueClass = _shared_value

#: Where the metrics of this process are registered.
OWN: Final[CollectorRegistry] = REGISTRY

PAGE_SECONDS: Final = Histogram(
    f"{PREFIX}_page_seconds",
    "How long pages took to answer, by the name of their address and the class of the status (2xx).",
    ["page", "method", "status"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)
TASK_SECONDS: Final = Histogram(
    f"{PREFIX}_task_seconds",
    "How long tasks of the workers took, by their name and how they ended.",
    ["task", "outcome"],
    buckets=(0.1, 0.5, 1, 5, 10, 30, 60, 100),
)
TASKS_LOST: Final = Counter(
    f"{PREFIX}_tasks_lost",
    "Tasks whose process was killed, by their name.",
    ["task"],
)
PAGES_NOT_SERVED: Final = Counter(
    f"{PREFIX}_pages_not_served",
    "Pages that were answered 503, because the database was away, locked, slow or full.",
    ["reason"],
)
