"""What filing costs beside its floor: the last press, and a whole filing from the first page to the receipt."""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import AppSession
from complaints.models import Case, Draft
from complaints.simulation.generate import generate
from complaints.simulation.world import World
from tests.app_client import App
from tests.bench import filing_floor, preparation, progress
from tests.bench.pages import rested_citizen, sign_in
from tests.bench.world import CASES_OF_A_CITIZEN, make_world

#: How many times the floor the last press and the whole filing may cost, and the statements of the last press.
LAST_GOAL, WHOLE_GOAL, SQL_GOAL = 2.0, 12.0, 15
DAYS = 540
NEW = "/ar/new/complaint/"
REDIRECT, OK, CREATED = 302, 200, 201
#: Filings before those that are timed.
WARM = 3


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; 1 where a goal is missed."""
    asked = _parse(arguments, root)
    preparation.prepare()
    world = _fill(asked.cases)
    found = measure(world, repeat=asked.repeat)
    preparation.save(found, asked.save)
    return _report(found)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench filing", description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="cases to make up")
    parser.add_argument("--repeat", type=int, default=30, help="filings of each sort, of which the median counts")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "filing.json", help="the JSON file")
    return parser.parse_args(arguments)


def _fill(number: int) -> World:
    until = timezone.now()
    world = make_world(citizens=max(40, number // CASES_OF_A_CITIZEN))
    generate(number, world=world, seed=1, since=until - timedelta(days=DAYS), until=until)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(filing_floor.TABLES)
    return world


def measure(world: World, *, repeat: int) -> Mapping[str, float]:
    """Return the median milliseconds of floor, last press and whole filing, and the statements of the last press.

    Processor time of the web and of PostgreSQL. The three are done in turn, so that whatever else the machine does
    meets all alike.
    """
    rounds: dict[str, list[float]] = {"floor": [], "last": [], "whole": [], "app": []}
    statements, requests = 0, 0
    for number in progress.follow(range(repeat), "Filing: round"):
        citizen = rested_citizen()
        client, app = sign_in(citizen.user), App(citizen)
        rounds["floor"].append(_timed(partial(_floor, client, world)))
        _begin(client)
        filing = _Filing(client, world)
        whole = _timed(filing.up_to_the_last_page)
        if number < WARM:
            # The first ones load templates, words of messages and the model of suggestions; counting slows a press.
            with CaptureQueriesContext(connection) as captured:
                filing.send()
            _file_by_app(app, world)
            statements, requests = len(captured), filing.requests
            continue
        last = _timed(filing.send)
        rounds["last"].append(last)
        rounds["app"].append(_timed(partial(_file_by_app, app, world)))
        rounds["whole"].append(whole + last + _timed(filing.receipt))
    medians = {name: round(statistics.median(times), 2) for name, times in rounds.items()}
    return {**medians, "sql": statements, "requests": requests + 1}


def _timed(do: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that this process and its part of PostgreSQL spend on ``do``."""
    began = spent()
    do()
    return spent() - began


def spent() -> float:
    """Return the milliseconds of processor time that this process and its part of PostgreSQL have spent."""
    connection.ensure_connection()
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text(encoding="ascii")
    return time.process_time() * 1000 + int(backend.split()[0]) / 1e6


def _begin(client: Client) -> None:
    """Read the addresses of the pages, in whose place the floor's were, and the static files: a server does so once."""
    _require(client.get("/health/live"), OK)
    for language in ("ar", "en"):
        with translation.override(language):
            reverse("home")


def _floor(client: Client, world: World) -> None:
    words = {"agency": world.desks[0].agency.pk, "topic": world.topics[0].pk, "subject": "س", "details": _words()}
    with override_settings(ROOT_URLCONF="tests.bench.filing_floor", MIDDLEWARE=filing_floor.MIDDLEWARE):
        bare = Client(headers=client.headers)
        bare.cookies = client.cookies
        _require(bare.get("/file/"), OK)
        _require(bare.post("/file/", words), REDIRECT)


def _words() -> str:
    return f"لم تصل المياه إلى منازلنا رغم أن دورنا محدد كل أسبوع. رقم المنزل {uuid.uuid4()}"


def _file_by_app(app: App, world: World) -> None:
    """File a case by one request of an app."""
    place = {"governorate": "JO-AM", "area": "الجبيهة"}
    choice = {"agency": world.desks[0].agency.code, "topic": world.topics[0].code}
    app.headers["host"] = settings.ALLOWED_HOSTS[0]
    AppSession.objects.update(policy_due=False)
    body = {"kind": "complaint", "details": _words(), **choice, **place}
    _require(app.post("/cases", body, idempotency_key=str(uuid.uuid4())), CREATED)


class _Filing:
    """One filing, page by page, as a browser makes it."""

    def __init__(self, client: Client, world: World) -> None:
        self.client, self.world, self.requests, self.at = client, world, 0, ""
        self.draft = ""

    def up_to_the_last_page(self) -> None:
        """Write, choose the agency and the topic, and open the page with everything once more."""
        page = self._get(NEW)
        self.draft = re.search(rb'name="draft" value="([0-9a-f-]{36})"', page)[1].decode()  # type: ignore[index]
        self._post(f"{NEW}what/", {"details": _words(), "governorate": "JO-AM", "area": "الجبيهة"})
        topic = self.world.topics[0]
        choice = {"agency": self.world.desks[0].agency.code, "topic": topic.code}
        self._post(f"{NEW}agency/", choice)

    def send(self) -> None:
        """Press the last button."""
        answer = self.client.post(f"{NEW}check/", {"draft": self.draft, "notify_by": "sms"})
        self.requests += 1
        _require(answer, REDIRECT)
        self.at = answer["Location"]

    def receipt(self) -> None:
        """Open the receipt."""
        self._get(self.at)
        Case.objects.get(submission=self.draft)

    def _get(self, address: str) -> bytes:
        answer = self.client.get(address)
        self.requests += 1
        _require(answer, OK)
        return bytes(answer.content)  # type: ignore[attr-defined]

    def _post(self, address: str, words: Mapping[str, object]) -> None:
        answer = self.client.post(address, {"draft": self.draft, **words})
        self.requests += 1
        _require(answer, REDIRECT)
        self._get(answer["Location"])


def _require(answer: HttpResponseBase, status: int) -> None:
    if answer.status_code != status:
        message = f"a step of filing answered {answer.status_code}; {Draft.objects.count()} drafts wait"
        raise RuntimeError(message)


def _report(found: Mapping[str, float]) -> int:
    last, whole, app = (found[name] / found["floor"] for name in ("last", "whole", "app"))
    is_reached = max(last, app) <= LAST_GOAL and whole <= WHOLE_GOAL and found["sql"] <= SQL_GOAL
    sys.stdout.write(
        f"floor (form and press)  {found['floor']:7.1f} ms\n"
        f"last press              {found['last']:7.1f} ms, {last:4.1f} x the floor (goal {LAST_GOAL:.0f}), "
        f"{found['sql']:.0f} statements (goal {SQL_GOAL})\n"
        f"whole filing            {found['whole']:7.1f} ms, {whole:4.1f} x the floor (goal {WHOLE_GOAL:.0f}), "
        f"{found['requests']:.0f} requests\n"
        f"one request of an app   {found['app']:7.1f} ms, {app:4.1f} x the floor (goal {LAST_GOAL:.0f})\n"
        f"{'reached' if is_reached else 'not reached'}\n"
    )
    return 0 if is_reached else 1
