"""What a Celery worker does in a second when there is nothing to do: the yardstick for a sender."""

import contextlib
import os
import signal
import time
from pathlib import Path

import redis

from config.celery import app
from config.devstack.processes import start
from config.devstack.stack import PROGRAMS
from config.devstack.state import ROOT

QUEUE = "bench"
STAMPS = "bench-stamps"
PATIENCE_SECONDS = 120
WORKER = (PROGRAMS / "celery", "--app", "tests.bench.noop", "--quiet", "worker", f"--queues={QUEUE}", "--concurrency=1")


@app.task(name="bench.noop", ignore_result=True)
def noop() -> None:
    """Do nothing."""


@app.task(name="bench.stamp", ignore_result=True)
def stamp() -> None:
    """Write down when this was done."""
    with contextlib.closing(redis.Redis.from_url(os.environ["REDIS_URL"])) as client:
        client.rpush(STAMPS, time.time())


def noops_a_second(number: int, base: Path) -> float:
    """Return how many tasks that do nothing one worker process gets done in a second."""
    with contextlib.closing(redis.Redis.from_url(os.environ["REDIS_URL"])) as client:
        client.delete(STAMPS)
    for task in (stamp, *([noop] * number), stamp):
        app.send_task(task.name, queue=QUEUE)
    alone = ("--without-gossip", "--without-mingle", "--loglevel=ERROR")
    worker = start([*WORKER, *alone], log=base / "noop.log", environment=os.environ, cwd=ROOT)
    try:
        first, last = _stamps()
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    return number / (last - first)


def _stamps() -> tuple[float, float]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with contextlib.closing(redis.Redis.from_url(os.environ["REDIS_URL"])) as client:
        while client.llen(STAMPS) < 2:
            if time.monotonic() > deadline:
                message = "The worker of the yardstick did not get its tasks done."
                raise RuntimeError(message)
            time.sleep(0.02)
        first, last = (float(moment) for moment in client.lrange(STAMPS, 0, -1))
    return first, last
