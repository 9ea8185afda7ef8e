"""SQL statements and milliseconds of the pages that must stay quick: as the server answers them, without a network."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.models import Case, Draft
from complaints.simulation.world import World
from complaints.workflow import Kind, State
from tests.bench import progress

#: SQL statements a page may take, as docs and tests promise; the home page's is the design's.
GOALS = {"queue": 6, "case (staff)": 20, "case (citizen)": 10, "filing": 15, "home (citizen)": 6, "home (public)": 6}
AT_WORK = (State.REFERRED, State.IN_PROGRESS)


@dataclass(frozen=True)
class Act:
    """What is measured: ``prepare`` is not, ``do`` is."""

    name: str
    do: Callable[[], HttpResponseBase]
    prepare: Callable[[], object] = lambda: None
    status: int = 200


def measure(world: World, *, repeat: int) -> dict[str, dict[str, float]]:
    """Return for each act the SQL statements, savepoints included, and the median milliseconds of ``repeat`` runs."""
    return {act.name: _measured(act, repeat) for act in _acts(world)}


def _measured(act: Act, repeat: int) -> dict[str, float]:
    _run(act)  # the first time loads templates and writes when the session was seen
    act.prepare()
    with CaptureQueriesContext(connection) as captured:
        act.do()
    statements = len(captured)  # counted now: the next request empties the log
    times = [_run(act) for _ in progress.follow(range(repeat), f"Page '{act.name}': round")]
    return {"sql": statements, "goal": GOALS[act.name], "ms": round(statistics.median(times), 1)}


def _run(act: Act) -> float:
    act.prepare()
    began = time.perf_counter()
    answer = act.do()
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != act.status:
        message = f"{act.name} answered {answer.status_code}"
        raise RuntimeError(message)
    return took


def _acts(world: World) -> list[Act]:
    at_work = Q(cases__state__in=AT_WORK)
    busiest = Agency.objects.annotate(number=Count("cases", filter=at_work)).order_by("-number", "id")[0]
    desk = next(desk for desk in world.desks if desk.agency == busiest)
    case = long_cases(busiest)[0]
    officer, owner = sign_in(desk.officer), sign_in(case.citizen.user)
    filing = _Filing(rested_citizen(), world)
    queue, home = reverse("queue"), reverse("home")
    on_desk, own = reverse("desk-case", args=[case.reference]), reverse("case", args=[case.reference])
    public = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    return [
        Act("queue", lambda: officer.get(queue)),
        Act("case (staff)", lambda: officer.get(on_desk)),
        Act("case (citizen)", lambda: owner.get(own)),
        Act("filing", filing.send, prepare=filing.draft_it, status=302),
        Act("home (citizen)", lambda: owner.get(home)),
        Act("home (public)", lambda: public.get(home)),
    ]


def long_cases(agency: Agency) -> QuerySet[Case]:
    """Return the cases that an agency works on, those with the longest history first."""
    held = Case.objects.filter(agency=agency, state__in=AT_WORK).order_by("-version", "id")
    return held.select_related("citizen__user")


def rested_citizen() -> Citizen:
    """Return a citizen who filed nothing since yesterday: a day has room for as many filings as are measured."""
    busy = Case.objects.filter(filed_at__gt=timezone.now() - timedelta(days=1)).values("citizen")
    return Citizen.objects.filter(user__isnull=False).exclude(pk__in=busy).select_related("user")[0]


def sign_in(user: User | None) -> Client:
    if user is None:
        message = "a person of the benchmark has no user"
        raise RuntimeError(message)
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    door = "StaffBackend" if user.is_staff else "CitizenBackend"
    client.force_login(user, backend=f"accounts.sign_in.backends.{door}")
    return client


class _Filing:
    """The last press of a filing: the draft is there, the case is not."""

    def __init__(self, citizen: Citizen, world: World) -> None:
        self.citizen, self.world = citizen, world
        self.client = sign_in(citizen.user)
        self.draft = Draft(citizen=citizen)

    def draft_it(self) -> None:
        """Leave a complete draft for the citizen."""
        self.draft = Draft.objects.create(
            citizen=self.citizen,
            kind=Kind.COMPLAINT,
            agency=self.world.desks[0].agency,
            topic=self.world.topics[0],
            subject="انقطاع المياه عن الحي",
            # Other words each time: the same ones are refused while their case is open.
            details=f"لم تصل المياه إلى منازلنا رغم أن دورنا محدد كل أسبوع. رقم المنزل {uuid.uuid4()}",
            updated_at=timezone.now(),
        )

    def send(self) -> HttpResponseBase:
        """Press the button of the check page."""
        address = reverse("new-check", args=[Kind.COMPLAINT.value])
        return self.client.post(address, {"draft": str(self.draft.pk), "notify_by": "sms"})
