"""What filing costs beside its floor: the last press, and a whole filing from the first page to the receipt."""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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
#: Filings before those that are timed: more than a connection needs to keep the plans of what it is asked often.
WARM = 8


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
    """Return the median milliseconds of the floors, last press, whole filing and app, and the statements of the press.

    Processor time of the web and of PostgreSQL. All are done in turn, so that whatever else the machine does meets
    all alike.
    """
    rounds: dict[str, list[float]] = defaultdict(list)
    statements, requests = 0, 0
    for number in progress.follow(range(repeat + WARM), "Filing: round"):
        citizen = rested_citizen()
        client, app = sign_in(citizen.user), App(citizen)
        _settle(client, app)
        floors = _Floors(client, app, world)
        filing = _Filing(client, world)
        times = {name: _timed(do) for name, do in floors.all().items()}
        whole = _timed(filing.up_to_the_last_page)
        if number < WARM:
            # The first ones load templates, words of messages and the model of suggestions; counting slows a press.
            with CaptureQueriesContext(connection) as captured:
                filing.send()
            # Counted now: the next request empties the log.
            statements, requests = len(captured), filing.requests
            _file_by_app(app, world)
            continue
        times["last"] = _timed(filing.send)
        times["whole"] = whole + times["last"] + _timed(filing.receipt)
        times["app"] = _timed(partial(_file_by_app, app, world))
        for name, spent_ms in times.items():
            rounds[name].append(spent_ms)
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


def _settle(client: Client, app: App) -> None:
    """Let both make their middleware, which looks at all static files: a server does so once."""
    _require(client.get("/health/live"), OK)
    app.headers["host"] = settings.ALLOWED_HOSTS[0]
    AppSession.objects.update(policy_due=False)
    _require(app.get("/kinds"), OK)


class _Floors:
    """The bare views: a form and its press, and one request of an app."""

    def __init__(self, client: Client, app: App, world: World) -> None:
        self.bare, self.app = Client(headers=client.headers), app
        self.bare.cookies = client.cookies
        self.choice = {"agency": world.desks[0].agency.pk, "topic": world.topics[0].pk}
        # A client keeps the middleware that it finds at its first request.
        with override_settings(MIDDLEWARE=filing_floor.MIDDLEWARE):
            _require(self.bare.get("/file/"), OK)

    def all(self) -> dict[str, Callable[[], None]]:
        """Return what is measured of them, by name."""
        return {
            "bare": partial(self._form, "/file/"),
            "floor": partial(self._form, "/file/whole/"),
            "floor of an app": self._request,
        }

    def _form(self, address: str) -> None:
        _require(self.bare.get(address), OK)
        _require(self.bare.post(address, self._case()), REDIRECT)

    def _request(self) -> None:
        headers = self.app.headers | {"idempotency-key": str(uuid.uuid4())}
        body = json.dumps(self._case())
        _require(self.bare.post("/file/by-app/", body, content_type="application/json", headers=headers), CREATED)

    def _case(self) -> dict[str, object]:
        return {**self.choice, "subject": "انقطاع المياه", "details": _words()}


def _words() -> str:
    return f"لم تصل المياه إلى منازلنا رغم أن دورنا محدد كل أسبوع. رقم المنزل {uuid.uuid4()}"


def _file_by_app(app: App, world: World) -> None:
    """File a case by one request of an app."""
    place = {"governorate": "JO-AM", "area": "الجبيهة"}
    choice = {"agency": world.desks[0].agency.code, "topic": world.topics[0].code}
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
        return bytes(answer.content)

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
    floors = {"last": "floor", "whole": "floor", "app": "floor of an app"}
    ratios = {name: found[name] / found[floor] for name, floor in floors.items()}
    bare = {name: found[name] / found["bare"] for name in floors}
    is_reached = (
        max(ratios["last"], ratios["app"]) <= LAST_GOAL and ratios["whole"] <= WHOLE_GOAL and found["sql"] <= SQL_GOAL
    )
    lines = [f"{name:22}{found[name]:7.1f} ms" for name in ("bare", "floor", "floor of an app")]
    about = {
        "last": f"{found['sql']:.0f} statements (goal {SQL_GOAL})",
        "whole": f"{found['requests']:.0f} requests",
        "app": "1 request",
    }
    for name, goal in (("last", LAST_GOAL), ("whole", WHOLE_GOAL), ("app", LAST_GOAL)):
        lines.append(
            f"{name:22}{found[name]:7.1f} ms, {ratios[name]:5.1f} x the floor (goal {goal:.0f}), "
            f"{bare[name]:5.1f} x the bare one; {about[name]}"
        )
    sys.stdout.write("\n".join([*lines, "reached" if is_reached else "not reached", ""]))
    return 0 if is_reached else 1
