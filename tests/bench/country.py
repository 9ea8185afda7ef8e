"""The figures of a country: what building, keeping and reading them costs among few cases and among many.

Some cases are made up and copied by statements; then everything that reads them all, or might, is timed by the clock:
the work of the worker, the readings, and the list of cases of every measure. The pages of figures are measured in
processor time, when their parts are kept and after a change of all they show, in turn with the queue and with its
floor, the bare view of ``desk_floor``, over a connection that keeps plans as that of the web process. At the end the
goals are printed with what was reached among the most cases; the number of those that were missed is returned.
Each figure is said and saved as soon as it is known. `--keep FOLDER` keeps the servers' data there, and `--again` reads
once more what stands in it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.models import Case
from complaints.simulation.generate import generate
from complaints.track_record import counting as refreshing
from reports.audits import drawing
from reports.commitment import index
from reports.dashboards import kept as lists
from reports.drill import lists as links
from reports.drill.lists import COUNTED
from reports.figures import kept
from reports.figures.reading import read, time_in_hand, whole_month
from reports.figures.sums import Dimension, Scope
from reports.figures.verifying import differences
from reports.models import FigureChange, FigureMonth, FigureState, KeptList, ReportKind
from reports.periodic.drafting import document
from reports.periodic.facts import gather
from reports.periods import ReportPeriod
from reports.phenomena import batch as phenomena
from tests.bench import desk_floor, interleaved, preparation, progress, workbook
from tests.bench.enlarged import Enlarger
from tests.bench.figures import DAYS, written
from tests.bench.interleaved import Page
from tests.bench.pages import sign_in
from tests.bench.world import CASES_OF_A_CITIZEN, make_world

#: Seconds after which the first build is interrupted, to be resumed.
RESUMED_AFTER: Final = 5.0

#: A page without a list may cost so many times the floor of the queue, a list of cases so many milliseconds, the
#: changes of one day so many seconds, and the monthly report so many times what it costs among the fewest cases.
PAGE_GOAL, LIST_GOAL, DAY_GOAL, REPORT_GOAL = 3.0, 300.0, 2.0, 1.5
_TIMES, _TIMES_QUEUE = ", times floor", ", times queue"
#: What stands behind the name of a page that is read first after a change; the goal is for the readings after it.
_FIRST: Final = ", first"

type Measured = dict[str, float]


def main(arguments: list[str], *, root: Path) -> int:
    """Make up, copy, measure at each size, print and save; return how many goals are missed."""
    asked = _parse(arguments, root)
    preparation.prepare()
    found = json.loads(asked.save.read_text()) if asked.again and asked.save.exists() else {}
    for size in _standing() if asked.again else _enlarged(asked.made, sorted(asked.sizes)):
        groups = found.setdefault(f"{size:,}", {})
        is_proved = not asked.again and size == max(asked.sizes)
        for name, figures in measure(repeat=asked.repeat, is_built=asked.again, is_proved=is_proved):
            groups[name] = figures
            preparation.save(found, asked.save)
    _print(found)
    return _print_goals(found) if len(found) > 1 else 0


def _standing() -> Iterator[int]:
    """Yield the number of cases there are, rounded to hundreds: a run that builds leaves a few files more."""
    yield round(Case.objects.count(), -2)


def _enlarged(made: int, sizes: Sequence[int]) -> Iterator[int]:
    """Make cases up, and yield each size as soon as there are so many."""
    until = timezone.now()
    world = make_world(citizens=max(1, made // CASES_OF_A_CITIZEN))
    progress.say(f"Making up {made:,} cases …")
    generate(made, world=world, seed=1, since=until - timedelta(days=DAYS), until=until)
    enlarger, copies = Enlarger(), 0
    for size in sizes:
        wanted = size // made - 1
        if wanted > copies:
            progress.say(f"Copying to {size:,} cases …")
            progress.say(f"  {seconds(partial(enlarger.copy, copies + 1, wanted)):,.0f} s")
            copies = wanted
        yield size


def _parse(arguments: list[str], root: Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench country", description=__doc__)
    parser.add_argument("--made", type=int, default=10_000, help="cases to make up; the others are their copies")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="cases to measure among")
    parser.add_argument("--repeat", type=int, default=7, help="runs of each page and reading")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the servers keep their data")
    parser.add_argument("--again", action="store_true", help="read what was built before, beside what was saved")
    parser.add_argument("--save", type=Path, default=root / ".local" / "bench" / "country.json", help="the JSON file")
    return parser.parse_args(arguments)


def measure(*, repeat: int, is_built: bool, is_proved: bool) -> Iterator[tuple[str, Measured]]:
    """Yield the seconds of everything by groups, with what it is compared with where there is something."""
    number = Case.objects.count()
    progress.say(f"Measuring among {number:,} cases …")
    if not is_built:
        yield "build", _said(_built(number))
    yield "batches", _said((name, round(seconds(do), 2)) for name, do in _batches(number).items())
    yield "readings", _said((name, _ms(do, repeat)) for name, do in _readings().items())
    _keep_plans()
    yield "pages", _said(_pages(repeat))
    yield "lists", _said(_lists(repeat))
    if is_proved:
        yield "proof", _said([("verified s", round(seconds(lambda: list(differences())), 1))])


def _said(figures: Iterable[tuple[str, float]]) -> Measured:
    """Return the figures, each of which was said when it was known."""
    found: Measured = {}
    for name, figure in figures:
        progress.say(f"  {name:<60}{written(figure):>12}")
        found[name] = figure
    return found


# ---- what a worker does ----


def _built(number: int) -> Iterator[tuple[str, float]]:
    """Build everything, once interrupted and resumed."""
    at = timezone.now()
    FigureState.objects.update(as_of=None, position=0, month=None, counting_to=None)
    first = seconds(lambda: kept.refresh(at=at, seconds=RESUMED_AFTER))
    rest = seconds(lambda: kept.refresh(at=at))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    yield "s", round(first + rest, 1)
    yield "ms a case", round((first + rest) * 1000 / number, 3)


def _batches(number: int) -> Mapping[str, Callable[[], object]]:
    day, month = timezone.now(), _last_month()
    return {
        "changed day": lambda: _change_a_day(number // DAYS),
        "dashboard lists": lambda: lists.make_all(at=day),
        "track records": lambda: refreshing.refresh(at=day, seconds=float("inf")),
        "phenomena": lambda: phenomena.find_phenomena(at=day),
        "draw of the audit": lambda: _undone(
            lambda: drawing.draw(month, size=20, second_percent=20, by=None, at=timezone.now())
        ),
    }


def _change_a_day(number: int) -> None:
    newest = Case.objects.order_by("-pk").values_list("pk", flat=True)[:number]
    FigureChange.objects.bulk_create(FigureChange(case_id=key) for key in newest)
    kept.refresh(at=timezone.now())


def _undone(do: Callable[[], object]) -> None:
    with transaction.atomic():
        do()
        transaction.set_rollback(True)


# ---- what people read ----


def _readings() -> Mapping[str, Callable[[], object]]:
    month = _last_month()
    year = ReportPeriod(month.last.replace(day=1) - timedelta(days=330), month.last)
    return {
        "month by agency": lambda: read(month, by=[Dimension.AGENCY], at=timezone.now()),
        "monthly report": lambda: _drafted(ReportKind.MONTH, month),
        "yearly report": lambda: _drafted(ReportKind.YEAR, year),
        "time in hand": lambda: time_in_hand(month, at=timezone.now()),
        "index": lambda: index.count(month, at=timezone.now()),
    }


def _drafted(kind: ReportKind, period: ReportPeriod) -> None:
    document(gather(kind, period, at=timezone.now(), tell=lambda: None), "ar")


def _last_month() -> ReportPeriod:
    return whole_month((timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1))


def _readers() -> tuple[Client, Client, Agency]:
    """Return the browsers of somebody of the unit and of an officer of the agency with the most cases, and it."""
    head = _busiest_officer()
    return sign_in(_somebody(Role.CMU_STAFF)), sign_in(head), head.memberships.get().agency


def _keep_plans() -> None:
    """Let the connection keep plans from here on, as that of the web process does."""
    connection.close()
    connection.settings_dict["OPTIONS"] |= {"prepare_threshold": 5, "options": "-c plan_cache_mode=force_generic_plan"}


def _pages(repeat: int) -> Iterator[tuple[str, float]]:
    """Yield the milliseconds of processors of each page without a list of cases, beside the queue and its floor."""
    unit, officer, agency = _readers()
    figures, (first, last) = reverse("reports"), _no_months()
    addresses = {
        "all figures": (unit, f"{figures}?span=last-month"),
        "all figures, quarter": (unit, f"{figures}?span=quarter"),
        "all figures, year": (unit, f"{figures}?span=year"),
        "all figures, days that are no months": (unit, f"{figures}?first={first:%d/%m/%Y}&last={last:%d/%m/%Y}"),
        "unit": (unit, reverse("unit-dashboard")),
        "agency": (officer, reverse("agency-dashboard", args=[agency.code])),
        "office": (unit, reverse("pm-dashboard")),
        "index": (unit, reverse("commitment")),
        "public": (unit, reverse("public-figures")),
    }
    floor = Page("floor: queue", partial(desk_floor.bare_browser(officer).get, "/queue/"))
    queue = Page("queue", partial(officer.get, reverse("queue")))
    for ending, prepare in (("", _nothing), (_FIRST, _change)):
        pages = [
            Page(f"{name}{ending}", partial(who.get, address), prepare=prepare)
            for name, (who, address) in addresses.items()
        ]
        costs = interleaved.measure([floor, queue, *pages], rounds=repeat)
        for name, cost in costs.items():
            yield f"{name}, ms", round(cost.whole, 1)
        for page in pages:
            for times, beside in ((_TIMES, floor), (_TIMES_QUEUE, queue)):
                yield f"{page.name}{times}", round(costs[page.name].whole / costs[beside.name].whole, 2)


def _nothing() -> None:
    """Leave everything as it is."""


def _change() -> None:
    """Change the sums of all months and make all lists anew, as far as the parts that show them can tell."""
    FigureMonth.objects.update(changed_at=timezone.now())
    KeptList.objects.update(made_at=timezone.now())


def _no_months() -> tuple[date, date]:
    """Return the days of some weeks that begin and end within months."""
    last = _last_month().last - timedelta(days=9)
    return last - timedelta(days=42), last


def _lists(repeat: int) -> Iterator[tuple[str, float]]:
    """Yield the milliseconds of the list of cases of each measure, of all agencies and of the busiest."""
    unit, officer, agency = _readers()
    for measure, (who, whose) in itertools.product(COUNTED, ((unit, "all agencies"), (officer, "the busiest"))):
        address = f"{reverse('figure-cases')}?{_drill(measure, None if who is unit else agency.code)}"
        yield f"list of {measure} of {whose}, ms", _ms(partial(_get, who, address), repeat)


def _drill(measure: str, agency: str | None) -> str:
    keys = frozenset(Agency.objects.filter(code=agency).values_list("pk", flat=True)) if agency else None
    return links.cases_url(measure, _last_month(), Scope(agencies=keys)).partition("?")[2]


def _somebody(role: Role) -> User:
    return User.objects.filter(memberships__role=role, memberships__ends_on=None).order_by("pk")[0]


def _busiest_officer() -> User:
    agencies = Case.objects.filter(agency__isnull=False).values("agency").annotate(number=Count("pk"))
    busiest = agencies.order_by("-number")[0]["agency"]
    return User.objects.filter(
        memberships__role=Role.OFFICER, memberships__agency=busiest, memberships__ends_on=None
    ).order_by("pk")[0]


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != HTTPStatus.OK:
        message = f"{address} answered {answer.status_code}"
        raise RuntimeError(message)


def seconds(do: Callable[[], object]) -> float:
    """Return how long ``do`` takes."""
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _ms(do: Callable[[], object], repeat: int) -> float:
    do()
    times: Sequence[float] = [seconds(do) for _ in range(repeat)]
    return round(statistics.median(times) * 1000, 1)


def _print(found: Mapping[str, Mapping[str, Measured]]) -> None:
    for size, groups in found.items():
        progress.say(f"\n{size} cases")
        for name, figures in groups.items():
            progress.say(f"  {name}")
            for each, figure in figures.items():
                progress.say(f"    {each:<60}{written(figure):>12}")


def _print_goals(found: Mapping[str, Mapping[str, Measured]]) -> int:
    """Print each goal with what was reached among the most cases; return how many are missed."""
    (fewest, few), *_between, (most, many) = sorted(found.items(), key=lambda sized: int(sized[0].replace(",", "")))
    kept_pages = {name: value for name, value in many["pages"].items() if name.endswith(_TIMES) and _FIRST not in name}
    missed, page = 0, max((value, name) for name, value in kept_pages.items())
    listing = max((value, name) for name, value in many["lists"].items())
    report = many["readings"]["monthly report"] / few["readings"]["monthly report"]
    memory, _seconds = workbook.measured("xlsx", workbook.MANY)
    progress.say(f"\nGoals among {most} cases")
    for name, value, goal in (
        (f"the dearest page: {page[1]}", page[0], PAGE_GOAL),
        (f"the dearest {listing[1]}", listing[0], LIST_GOAL),
        ("the changes of a day, s", many["batches"]["changed day"], DAY_GOAL),
        (f"the monthly report, times that among {fewest}", report, REPORT_GOAL),
        (f"a workbook of {workbook.MANY:,} rows, MB", memory, float(workbook.LIMIT)),
    ):
        missed += value > goal
        progress.say(f"  {name:<60}{value:>10.2f}{goal:>10.1f}   {'missed' if value > goal else 'reached'}")
    return missed
