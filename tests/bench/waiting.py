"""How long a message waits on the real stack: codes behind notices, and an answer given while the broker is gone."""

import os
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.workflow import Kind, State
from config.devstack.processes import start
from config.devstack.stack import command
from config.devstack.state import ROOT
from notifications import outbox, runtime
from notifications.models import Lane, Message, MessageState
from tests.bench import throughput
from tests.bench.pages import sign_in
from tests.bench.world import make_world
from tests.complaints import DONE, FOUND
from tests.faults import loading, town
from tests.faults.breakable import Broker
from tests.faults.callbacks import serve_callbacks
from tests.faults.children import fork
from tests.faults.provider import Provider

WORKERS = ("codes", "notices", "chores")
QUEUED, CODES, ORDINARY = 500, 20, 40
#: A carrier's answer over the internet.
ANSWER_SECONDS = 0.1
#: The send window of the closings: shorter than the outages.
WINDOW_SECONDS = 10
GOALS = {"codes": 3.0, "notices": 10.0, "closing": 2.0, "out after": 15.0}
PATIENCE_SECONDS = 120
LEFT = (MessageState.ACCEPTED, MessageState.DELIVERED)
CLOSING = {"outcome": "solved", "found": FOUND, "done": DONE, "send": "1"}


def waits(base: Path, broker: Broker, provider: Provider) -> dict[str, Any]:
    """Return the waits, each with its goal; where a message has a send window, from its end."""
    settings.SEND_WINDOW = WINDOW_SECONDS
    settings.SMS_CARRIERS = [throughput.TWILIO]
    cases = iter(_cases())
    provider.behave(slow={"chance": 1, "seconds": ANSWER_SECONDS})
    with _stack(base):
        found = {"notices, one by one": _ordinary(), "codes behind 500 notices": _codes()}
        # Whoever knocks at ever longer intervals finds a broker late that was gone for long.
        for name, broken, mended, outage in (
            ("refusing", broker.stop, broker.begin, 75),
            ("silent", broker.freeze, broker.thaw, 15),
        ):
            loading.say(f"Closing a case while the broker is {name} for {outage} seconds …")
            found[f"closing, the broker {name}"] = _closing(next(cases), broken, mended, outage)
    return found


@contextmanager
def _stack(base: Path) -> Iterator[None]:
    """Run workers and beat as the stack does, and the pages for the carrier's callbacks."""
    # No child shares a connection.
    connections.close_all()
    with ExitStack() as stack:
        web = fork(serve_callbacks, base / "web.log")
        stack.callback(web.kill)
        for name in (*WORKERS, "beat"):
            log = base / f"{name}.log"
            worker = start(command(name), log=log, environment=os.environ, cwd=ROOT)
            stack.callback(_kill, worker)
        _wait_for_workers()
        yield


def _kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def _wait_for_workers() -> None:
    from config.celery import app

    deadline = time.monotonic() + 60
    while len(app.control.ping(timeout=1)) < len(WORKERS):
        if time.monotonic() > deadline:
            message = "The workers did not answer."
            raise RuntimeError(message)


# ---- how long until the carrier has it ----


def _ordinary() -> dict[str, float]:
    """Owe notices as a morning does: five a second."""
    began = timezone.now()
    for place in range(ORDINARY):
        _owe_one(f"ordinary:{place}", Lane.NOTICES)
        time.sleep(0.2)
    return _percentiles("ordinary:", ORDINARY, since=began, goal=GOALS["notices"])


def _codes() -> dict[str, float]:
    """Queue the notices, and owe codes one by one while they are being sent."""
    began = timezone.now()
    throughput.owe(QUEUED)
    for place in range(CODES):
        _owe_one(f"code:{place}", Lane.CODES)
        time.sleep(0.2)
    waiting = Message.objects.filter(occasion__startswith="bench:", state=MessageState.PENDING).count()
    found = _percentiles("code:", CODES, since=began, goal=GOALS["codes"])
    behind = _percentiles("bench:", QUEUED, since=began)
    return found | {"notices still waiting then": waiting, "p95 of those notices": behind["p95"]}


def _owe_one(occasion: str, lane: Lane) -> None:
    place = next(throughput.numbers)
    notice = town.code(place) if lane == Lane.CODES else town.notice(place)
    with transaction.atomic():
        outbox.owe([notice], occasion=occasion, at=timezone.now(), lane=lane)


def _percentiles(occasion: str, number: int, *, since: datetime, goal: float = 0.0) -> dict[str, float]:
    """Wait until so many are accepted; return the median and the 95th percentile of the seconds that took."""
    messages = Message.objects.filter(occasion__startswith=occasion, created_at__gte=since, state__in=LEFT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while messages.count() < number and time.monotonic() < deadline:
        time.sleep(0.1)
    waited = sorted(
        at.total_seconds()
        for at in messages.values_list(F("accepted_at") - Coalesce("not_before", "created_at"), flat=True)
    )
    # The 19th of 20, not a value between two.
    p95 = round(waited[-(-len(waited) * 95 // 100) - 1], 2)
    found = {"accepted": len(waited), "p50": round(statistics.median(waited), 2), "p95": p95}
    return found | {"goal": goal, "kept": len(waited) == number and p95 <= goal} if goal else found


# ---- closing without a broker ----


def _cases() -> list[Case]:
    """Make a small world, and return cases that an officer may close."""
    call_command("load_reference", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    now = timezone.now()
    generate(200, world=make_world(citizens=100), seed=1, since=now - timedelta(days=20), until=now)
    cases = Case.objects.filter(
        state=State.IN_PROGRESS, kind=Kind.COMPLAINT, notify_by="sms", topic__second_signature=False
    )
    return list(cases.select_related("officer", "citizen")[:4])


def _closing(case: Case, broken: Callable[[], None], mended: Callable[[], None], outage: float) -> dict[str, Any]:
    """Close a case while the broker is gone, bring it back, and see when the carrier has the answer's message.

    The send window is over before the broker is back.
    """
    client = sign_in(case.officer)
    broken()
    time.sleep(1)
    runtime.reset()
    seconds = _close(client, case)
    time.sleep(outage)
    message = Message.objects.get(occasion__startswith="case:", reference=case.reference, template="case_answered")
    state_before = message.state
    mended()
    began = time.monotonic()
    while message.state not in LEFT and time.monotonic() - began < 60:
        time.sleep(0.05)
        message.refresh_from_db()
    after = time.monotonic() - began
    kept = seconds < GOALS["closing"] and after < GOALS["out after"] and state_before == MessageState.PENDING
    return {
        "answered after": round(seconds, 2),
        "goal": GOALS["closing"],
        "out after its return": round(after, 1),
        "goal of that": GOALS["out after"],
        "kept": kept,
    }


def _close(client: Client, case: Case) -> float:
    began = time.perf_counter()
    answer = client.post(reverse("desk-close", args=[case.reference]), {"version": case.version, **CLOSING})
    if answer.status_code != 302:
        message = f"closing answered {answer.status_code}"
        raise RuntimeError(message)
    return time.perf_counter() - began
