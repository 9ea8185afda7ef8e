"""The pages of cases with a long history, and the bare view with the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from complaints.actions import note
from complaints.models import Case
from complaints.simulation.world import World
from tests.bench import pages
from tests.bench.interleaved import WARM, Page

#: How many times the floor a page may cost, and the events of each case that is shown.
GOAL, EVENTS = 4.0, 20
#: How many cases are shown in turn, each once before it counts: one is half as dear again as another.
CASES = WARM


def case_pages(world: World, bare: Callable[[Client], Client]) -> list[Page]:
    """Return the pages of cases with ``EVENTS`` events for all who read them; ``bare`` makes the floor's browser."""
    at_work = Q(cases__state__in=pages.AT_WORK)
    busiest = Agency.objects.annotate(number=Count("cases", filter=at_work)).order_by("-number", "id")[0]
    desk = next(desk for desk in world.desks if desk.agency == busiest)
    cases = pages.long_cases(busiest)[:CASES]
    for case in cases:
        for number in range(case.events.count(), EVENTS):
            note(Case.objects.get(pk=case.pk), by=desk.officer, at=timezone.now(), text=f"ملاحظة {number}")
    officer, unit = pages.sign_in(desk.officer), pages.sign_in(world.cmu)
    bare_officer, floor = bare(officer), "floor: case page"
    at_desk = [reverse("desk-case", args=[case.reference]) for case in cases]
    owners = [(pages.sign_in(case.citizen.user), reverse("case", args=[case.reference])) for case in cases]
    return [
        Page(floor, _in_turn([partial(bare_officer.get, f"/case/{case.reference}/") for case in cases])),
        Page("case page", _in_turn([partial(officer.get, address) for address in at_desk]), floor, GOAL),
        Page("case page of the unit", _in_turn([partial(unit.get, address) for address in at_desk]), floor, GOAL),
        Page("case page of the citizen", _in_turn([partial(owner.get, address) for owner, address in owners]), floor),
    ]


def _in_turn(asks: Sequence[Callable[[], HttpResponseBase]]) -> Callable[[], HttpResponseBase]:
    turns = cycle(asks)

    def ask() -> HttpResponseBase:
        return next(turns)()

    return ask
