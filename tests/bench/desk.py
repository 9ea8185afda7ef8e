"""What the hottest pages of staff cost beside their floor, in processor time of web and PostgreSQL.

A bare view with the same rows (``desk_floor``) and the pages are asked in turn in one run, so that the ratio holds on a
busy machine too. The memory of a worker of the web process is measured after it. With `--times` and `--again` the pages
are asked among many cases, and compared with what was saved among the fewest.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from unittest import mock
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from complaints.models import Case, OwnerClues, SuggestionsDue
from complaints.search.word_forms import BATCH, build_index
from complaints.simulation.world import World
from complaints.suggestions import clues
from complaints.workflow import OPEN
from config.page_database import base, pool
from tests.bench import figures, kept_plans, preparation, progress, worker_memory
from tests.bench.case_page import case_pages
from tests.bench.copied_people import PEOPLE
from tests.bench.desk_floor import bare_browser
from tests.bench.enlarged import COPIED, LISTED, Enlarger
from tests.bench.interleaved import Page, measure, report, report_growth
from tests.bench.pages import sign_in
from tests.bench.world import standing_world

_AN_HOUR = 3600.0


def main(arguments: list[str], *, root: Path) -> int:
    """Measure, print and save; return how many goals are missed."""
    asked = _parse(arguments, root)
    # What is prepared here takes longer than a visitor would wait.
    with mock.patch.object(pool, "ANSWER_SECONDS", _AN_HOUR):
        return _measured(asked)


def _measured(asked: argparse.Namespace) -> int:
    preparation.prepare()
    # What is left there is of the owner of the tables, as whom they were migrated; copying takes the administrator.
    connection.close()
    base._pools.clear()
    world = standing_world() if asked.again else figures._fill(asked.cases)[0]
    _keep_suggestions()
    if asked.times > 1:
        progress.say(f"Copying them {asked.times - 1} times …")
        Enlarger((*COPIED, OwnerClues) if asked.whole else (*PEOPLE, *LISTED)).copy(1, asked.times - 1)
    _index_words()
    number = Case.objects.count()
    pages = _pages(world)
    costs = measure(pages, rounds=asked.rounds)
    if asked.plans:
        kept_plans.show()
    sys.stdout.write(f"\n{number:,} cases, {Case.objects.filter(state__in=OPEN).count():,} of them open\n")
    found = json.loads(asked.save.read_text(encoding="utf-8")) if asked.save.exists() else {}
    fewer = {key: one for key, one in found.items() if int(key) < number}
    missed = report(pages, costs) + report_growth(pages, costs, fewer)
    memory = _memory(world)
    found[str(number)] = {"memory": vars(memory), "pages": {name: vars(cost) for name, cost in costs.items()}}
    preparation.save(found, asked.save)
    return missed + (memory.resident > worker_memory.GOAL)


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench desk", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="cases to make up")
    parser.add_argument("--times", type=int, default=1, help="how many times as many there are, by copies")
    parser.add_argument("--whole", action="store_true", help="copy their histories too, and not only what lists read")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the servers keep their data")
    parser.add_argument("--again", action="store_true", help="take the cases that stand there in place of new ones")
    parser.add_argument("--rounds", type=int, default=30, help="requests of each page, of which the median counts")
    parser.add_argument("--plans", action="store_true", help="print the plans that the connection of the pages keeps")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "desk.json", help="the JSON file")
    return parser.parse_args(arguments)


def _keep_suggestions() -> None:
    """Let the worker read the open cases; those that were closed while they were made up have nothing to be read."""
    open_cases = Case.objects.filter(state__in=OPEN)
    SuggestionsDue.objects.exclude(case_id__in=open_cases.values("pk")).delete()
    clues.keep(at=timezone.now(), seconds=float("inf"))


def _index_words() -> None:
    """Let the worker sum up the words of all finished blocks."""
    while build_index(at=timezone.now()) == BATCH:
        pass


def _pages(world: World) -> list[Page]:
    """Return what is measured: another page is another line here."""
    busiest = Agency.objects.annotate(number=Count("cases", filter=Q(cases__state__in=OPEN))).order_by("-number")[0]
    officer = sign_in(next(desk for desk in world.desks if desk.agency == busiest).officer)
    unit, queue = sign_in(world.cmu), reverse("queue")
    bare = bare_browser(officer)
    return [
        Page("floor: queue", partial(bare.get, "/queue/")),
        Page("queue", partial(officer.get, queue), "floor: queue", 2.5, growth=1.3),
        Page("queue of the unit", partial(unit.get, queue), "floor: queue", 2.5, growth=1.3),
        Page("counts", partial(officer.get, reverse("queue-counts")), "floor: queue", 1),
        Page("triage", partial(unit.get, reverse("triage")), "floor: queue", 5),
        *case_pages(world, bare_browser),
        *_searches(busiest, officer, bare),
    ]


def _searches(agency: Agency, officer: Client, bare: Client) -> list[Page]:
    queue = reverse("queue")
    return [
        page
        for kind, word in _words(agency).items()
        for page in (
            Page(f"floor: {kind} word", partial(bare.get, f"/search/?{urlencode({'q': word})}")),
            Page(
                f"{kind} word", partial(officer.get, queue, {"q": word}), f"floor: {kind} word", 4, 3 * (kind in SHARES)
            ),
        )
    ]


def _memory(world: World) -> worker_memory.Memory:
    """Print and return the memory of a worker that answers the queue and the start page of the unit and a desk."""
    progress.say("Starting the web process …")
    browsers = [sign_in(world.cmu), sign_in(world.desks[0].officer)]
    pages = [reverse("queue"), reverse("queue-counts"), reverse("queue") + "?view=late"]
    memory = worker_memory.measure([(browser, page) for browser in browsers for page in pages])
    reached = "reached" if memory.resident <= worker_memory.GOAL else "not reached"
    sys.stdout.write(f"memory of a web worker, MB {memory.resident:>10.0f}{worker_memory.GOAL:>26}   {reached}\n")
    sys.stdout.write(f"of it shared with nobody {memory.own:>12.0f}\n")
    return memory


#: The share of all cases that have a rare, a middling and a common word.
SHARES = {"rare": 0.001, "middling": 0.02, "common": 0.2}
#: Of so many cases, the oldest, are the words counted; those that were copied from them have the same ones.
COUNTED = 10_000
_COUNTS = """
    SELECT word, everywhere.ndoc, here.ndoc
    FROM ts_stat(%(all)s) AS everywhere JOIN ts_stat(%(own)s) AS here USING (word)
    WHERE word ~ '^[\u0621-\u064a]{4,}$'
"""


def _words(agency: Agency) -> dict[str, str]:
    """Return a word of each share that ``agency`` has too, and one that it has rarely and others have often."""
    oldest = f"SELECT search_vector, agency_id FROM complaints_case ORDER BY id LIMIT {COUNTED}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT agency_id = {agency.pk}, count(*) FROM ({oldest}) AS c GROUP BY 1")
        counted = dict(cursor.fetchall())
        every = f"SELECT search_vector FROM ({oldest}) AS c"
        cursor.execute(_COUNTS, {"all": every, "own": f"{every} WHERE agency_id = {agency.pk}"})
        found = cursor.fetchall()
    number, own = counted[True] + counted[False], counted[True]
    words = {
        kind: min(found, key=lambda row: (abs(row[1] / number - share), row[0]))[0] for kind, share in SHARES.items()
    }
    elsewhere = [row for row in found if row[2] / own <= SHARES["middling"] / 4]
    return words | {"others'": max(elsewhere, key=lambda row: (row[1] / number - row[2] / own, row[0]))[0]}
