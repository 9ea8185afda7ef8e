"""What a scrape is answered: the measurements of every process of this folder, and the state of the database."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from config.monitoring import metrics
from config.monitoring.collector import SystemCollector

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


def measurements() -> bytes:
    """Return what the processes that share PROMETHEUS_MULTIPROC_DIR measured; without it, what this process did."""
    return generate_latest(measured())


def whole() -> bytes:
    """Return the measurements, and the gauges that are read from the database now."""
    gauges = CollectorRegistry()
    gauges.register(SystemCollector())
    return measurements() + generate_latest(gauges)


def measured() -> CollectorRegistry:
    """Return the registry of the measurements, which reads the folder anew at every scrape."""
    if not settings.PROMETHEUS_MULTIPROC_DIR:
        return metrics.OWN
    shared = CollectorRegistry()
    MultiProcessCollector(shared, path=settings.PROMETHEUS_MULTIPROC_DIR)  # type: ignore[no-untyped-call]
    return shared
