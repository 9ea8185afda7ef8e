"""What is done once for all runs, before they are forked: a migrated cluster to copy, and the code, loaded and warm."""

import gc
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config.devstack import servers
from config.devstack.processes import free_port
from tests.faults.chaos.plan import ChaosPlan
from tests.faults.plan import Plan
from tests.faults.provider import Provider, providing

TEMPLATE = "template"
# The least of a lease with which a message is put on the wire must be so many times what a sender takes for one message
# here: in production it is 45 s to a few milliseconds. Without it a busy machine is always too late.
STEPS_IN_A_LEASE = 4
SLOWEST_FACTOR = 1 / 20
CARRIER = "notifications.carriers.twilio.TwilioCarrier"


def prepare(base: Path) -> float:
    """Load the code and make the cluster that every run copies; nothing of it stays open.

    Returns the smallest ``time_factor`` with which this machine, as busy as it is, keeps up.
    """
    with (
        servers.postgres(base / TEMPLATE, durable=False) as cluster,
        servers.valkey(base / "valkey", durable=False) as broker,
        providing(base) as provider,
    ):
        os.environ |= _settings(base, servers.make_database(cluster, "app"), broker, provider)
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        factor = _smallest_factor(_warm_up())
        connections.close_all()
    gc.collect()
    gc.freeze()
    return factor


def adopt(plan: Plan | ChaosPlan, cluster: str, broker: str, provider: Provider) -> None:
    """Give this process, and all it will start, the servers and the time_factor of one run."""
    from django.conf import settings
    from django.db import connections

    from config.celery import app

    public = _public()
    addresses = servers.addresses(cluster, "app")
    os.environ |= addresses | {
        "REDIS_URL": broker,
        "NOTIFICATIONS_TIME_FACTOR": repr(plan.time_factor),
    }
    os.environ |= public | provider.settings
    parts = urlsplit(addresses["DATABASE_URL"])
    connections.settings["default"] |= {"PORT": parts.port, "PASSWORD": parts.password}
    settings.NOTIFICATIONS_TIME_FACTOR = plan.time_factor
    settings.PUBLIC_URL, settings.TWILIO_API_URL = public["PUBLIC_URL"], provider.url
    settings.REDIS_URL = settings.CELERY_BROKER_URL = broker
    app.conf.update(broker_url=broker)


def say(line: str) -> None:
    """Print a line of progress."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _smallest_factor(seconds: float) -> float:
    from notifications.runtime import USUAL

    return min(SLOWEST_FACTOR, seconds * STEPS_IN_A_LEASE / USUAL.least_lease.total_seconds())


def _settings(base: Path, database: Mapping[str, str], broker: str, provider: Provider) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.offline",
        **database,
        "REDIS_URL": broker,
        "EMBEDDED": "true",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "MEDIA_ROOT": str(base / "media"),
        "STATIC_ROOT": str(_made(base / "static")),
        "STATIC_MANIFEST": "false",
        # Every kill would be a line.
        "LOG_LEVEL": "CRITICAL",
        "QUIET_HOURS": "",
        "SEND_WINDOW": "0",
        "SMS_CARRIERS": CARRIER,
        # The programs outside are played on this machine.
        "WEBHOOKS_ALLOW_PRIVATE": "true",
        **_public(),
        **provider.settings,
    }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _public() -> dict[str, str]:
    port = str(free_port())
    return {"PORT": port, "PUBLIC_URL": f"http://127.0.0.1:{port}"}


def _warm_up() -> float:
    """Send messages and ask about them, and return how many seconds a sender takes for one.

    What is loaded and compiled on the way would be so again by every child.
    """
    from django.test import Client
    from django.urls import get_resolver

    from config.celery import app
    from notifications import carriers, runtime as worker_signal
    from notifications.models import Attempt, DailySpend, Message, Receipt
    from tests.faults import counting, senders, storm  # noqa: F401 - loaded for the children

    len(get_resolver().url_patterns)
    # The frame of all pages, which every worker that is forked would load again.
    Client(headers={"host": "127.0.0.1"}).get("/ar/")
    app.loader.import_default_modules()
    # The first one loads the code, and of the others one may be lucky.
    seconds = max([_seconds_of_a_sender(place) for place in range(4)][1:])
    for name in ("notifications.sweep", "notifications.check_status"):
        app.tasks[name]()
    for model in (Receipt, Attempt, Message, DailySpend):
        model.objects.all().delete()
    # Connections are not for sharing.
    carriers.make_carrier.cache_clear()
    worker_signal.reset()
    return seconds


def _seconds_of_a_sender(place: int) -> float:
    """Owe one message, have it sent, and return the seconds that took the sender."""
    from django.db import transaction
    from django.utils import timezone

    from config.celery import app
    from notifications import outbox, runtime as worker_signal
    from notifications.models import Lane
    from tests.faults import town

    with transaction.atomic():
        outbox.owe([town.notice(10**6 + place)], occasion=f"warm-up:{place}", at=timezone.now())
    began = time.monotonic()
    app.tasks[worker_signal.TASK](Lane.NOTICES)
    return time.monotonic() - began
