"""How long another visitor waits while citizens send the dearest pictures and others send slowly."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from django.utils import timezone
from PIL import Image

from accounts.demo import APP_SECRET, DEMO_SIGN_INS
from accounts.sign_in import factors
from config.devstack import throwaway
from config.devstack.processes import free_port
from tests.bench import progress
from tests.bench.starts import OURS
from tests.complaints.sample_files import with_scans
from tests.house.slow_clients import slow_clients

#: Seconds in which 95 of 100 pages of another visitor must be answered.
GOAL = 2.0
START_SECONDS = 240
#: What another visitor reads: public pages, and a page of an officer that asks the database.
PAGES = {"public": ("/ar/", "/ar/help/", "/en/track/"), "officer": ("/ar/staff/queue/",)}
PAUSE_SECONDS = 0.1
OK, REDIRECT = 200, 302
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Browser:
    """Somebody with cookies of their own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str]:
        """Return status and page; a request that gets no answer in three minutes has the status 0."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=180)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            connection.request("GET" if body is None else "POST", path, body, headers | {"Content-Type": kind})
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()

    def send(self, path: str, fields: Mapping[str, str]) -> int:
        """Open the form at ``path`` and send it."""
        token = TOKEN.search(self.ask(path)[1])
        typed = dict(fields) | {"csrfmiddlewaretoken": token[1] if token else ""}
        return self.ask(path, urlencode(typed).encode(), "application/x-www-form-urlencoded")[0]

    def send_pictures(self, path: str, pictures: list[bytes]) -> tuple[int, str]:
        """Open the second step of a filing and send pictures with it."""
        token = TOKEN.search(self.ask(path)[1])
        border = uuid.uuid4().hex
        fields = {"csrfmiddlewaretoken": token[1] if token else "", "subject": "زحام", "details": "صور كثيرة جدًا معًا"}
        parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        head = 'form-data; name="attachments"; filename="%d.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        parts += [(head % number).encode() + picture for number, picture in enumerate(pictures)]
        body = b"".join(f"--{border}\r\nContent-Disposition: ".encode() + part + b"\r\n" for part in parts)
        return self.ask(path, body + f"--{border}--\r\n".encode(), f"multipart/form-data; boundary={border}")


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print, and fail if the visitor waited too long or anything was answered by an error page."""
    asked = _parse(arguments)
    with throwaway.folder() as folder, _demonstration(root, folder) as port:
        senders = [_at_second_step(port, name) for name in ("Amina", "Karim")]
        progress.say(f"{asked.forms} forms of {asked.pictures} pictures and {asked.slow} slow clients …")
        with slow_clients(port, asked.slow):
            figures = _measure(port, senders, asked)
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    return int(not figures["as promised"])


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 run.py bench crowd", description=__doc__)
    parser.add_argument("--forms", type=int, default=8, help="forms sent at the same time (default: 8)")
    parser.add_argument("--pictures", type=int, default=10, help="pictures in each form (default: 10)")
    parser.add_argument("--slow", type=int, default=40, help="clients whose requests do not end (default: 40)")
    parser.add_argument("--seconds", type=int, default=30, help="how long to measure at least (default: 30)")
    return parser.parse_args(arguments)


@dataclass(frozen=True)
class Answer:
    """The status of an answer and the seconds it took; 0 for none."""

    status: int
    seconds: float


def _measure(port: int, senders: list[Browser], asked: argparse.Namespace) -> dict[str, object]:
    """Visit while the forms are answered, and at least as long as was asked for."""
    visitors = {"public": Browser(port), "officer": _signed_in(port, "Omar")}
    picture, done, memory = _worst_picture(), threading.Event(), [0.0]
    with ThreadPoolExecutor(asked.forms + len(visitors) + 1) as pool:
        watched = pool.submit(_watch_memory, port, memory, done)
        visits = {name: pool.submit(_visit, visitor, PAGES[name], done) for name, visitor in visitors.items()}
        forms = [
            pool.submit(_send, senders[number % len(senders)], [picture] * asked.pictures)
            for number in range(asked.forms)
        ]
        time.sleep(asked.seconds)
        answers = [form.result() for form in forms]
        done.set()
        watched.result()
        return _figures({name: visit.result() for name, visit in visits.items()}, answers, memory[0])


def _figures(seen: Mapping[str, list[Answer]], forms: list[Answer], memory: float) -> dict[str, object]:
    waits = {name: [answer.seconds for answer in answers] for name, answers in seen.items()}
    slowest = {name: _percentile(seconds) for name, seconds in waits.items()}
    visits = [each for answers in seen.values() for each in answers]
    statuses = Counter(answer.status for answer in [*forms, *visits])
    # Whoever is sent elsewhere has not waited for the page.
    failed = sum(answer.status != OK for answer in visits) + sum(answer.status != REDIRECT for answer in forms)
    return {
        "pages": {name: len(seconds) for name, seconds in waits.items()},
        "median s": {name: round(statistics.median(seconds), 2) for name, seconds in waits.items()},
        "p95 s": {name: round(seconds, 2) for name, seconds in slowest.items()},
        "goal p95 s": GOAL,
        "forms answered in s": [round(form.seconds, 1) for form in forms],
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "web processes at most MB": round(memory),
        "as promised": failed == 0 and max(slowest.values()) < GOAL,
    }


def _percentile(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else float("inf")


def _visit(visitor: Browser, pages: tuple[str, ...], done: threading.Event) -> list[Answer]:
    rows: list[Answer] = []
    while not done.is_set():
        rows.append(_timed(lambda: visitor.ask(pages[len(rows) % len(pages)])[0]))
        time.sleep(PAUSE_SECONDS)
    return rows


def _send(sender: Browser, pictures: list[bytes]) -> Answer:
    return _timed(lambda: sender.send_pictures("/ar/new/complaint/what/", pictures)[0])


def _timed(ask: Callable[[], int]) -> Answer:
    began = time.monotonic()
    status = ask()
    return Answer(status, time.monotonic() - began)


def _worst_picture() -> bytes:
    """Return the dearest picture that is accepted: 64 megapixels, walked over ten times."""
    written = BytesIO()
    Image.new("RGB", (8000, 8000), "teal").save(written, "JPEG", progressive=True, quality=30, subsampling=0)
    return with_scans(written.getvalue(), 10)


def _watch_memory(port: int, most: list[float], done: threading.Event) -> None:
    """Keep the most memory that the web processes used together, without those that decode pictures."""
    while not done.wait(0.2):
        most[0] = max(most[0], sum(_megabytes(process) for process in _web_processes(port)))


def _web_processes(port: int) -> Iterator[Path]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_web = b"gunicorn" in (process / "cmdline").read_bytes()
            if is_web and f"PORT={port}".encode() in (process / "environ").read_bytes().split(b"\0"):
                yield process
        except OSError:
            continue


def _megabytes(process: Path) -> float:
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", (process / "status").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) / 1024 if found else 0


# ---- the demonstration ----


@contextmanager
def _demonstration(root: Path, folder: Path) -> Iterator[int]:
    """Start it as a person would, with a state of its own."""
    progress.say("Starting the demonstration …")
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = kept | {"PORT": str(port), "STATE_DIR": str(folder / "state"), "DEMO_CASES": "60"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.devstack"], cwd=root, env=environment, stdout=log, stderr=log
        )
    try:
        _wait(process, folder / "log")
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Ready after" not in (said := log.read_text(encoding="utf-8", errors="replace")):
        if process.poll() is not None or time.monotonic() > deadline:
            message = f"the start failed:\n{said[-2000:]}"
            raise RuntimeError(message)
        time.sleep(0.2)


def _signed_in(port: int, who: str) -> Browser:
    """Return the browser of a person of the demonstration; staff give the code of their app too."""
    person = next(person for person in DEMO_SIGN_INS if person.who.startswith(who))
    browser = Browser(port)
    is_staff = "@" in person.login
    typed = {"email" if is_staff else "number": person.login, "password": person.password}
    _require(browser.send(person.page, typed), f"sign-in of {who}")
    if is_staff:
        code = factors.code(APP_SECRET, step=factors.step_at(timezone.now()))
        _require(browser.send("/ar/staff/sign-in/factor/", {"code": code}), f"the code of {who}")
    return browser


def _at_second_step(port: int, who: str) -> Browser:
    """Return the browser of a citizen whose complaint goes to the unit."""
    browser = _signed_in(port, who)
    _require(browser.send("/ar/new/complaint/agency/", {"agency_unknown": "on"}), "the agency")
    return browser


def _require(status: int, what: str) -> None:
    if status != REDIRECT:
        message = f"{what} answered {status}"
        raise RuntimeError(message)
