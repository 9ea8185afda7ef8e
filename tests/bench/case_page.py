"""The pages of a case with a long history, and the bare view with the same rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Agency
from complaints.actions import note
from complaints.models import Case
from complaints.simulation.world import World
from tests.bench import pages
from tests.bench.interleaved import Page

#: How many times the floor a page may cost, and the events of the case that is shown.
GOAL, EVENTS = 4.0, 20


def case_pages(world: World, bare: Callable[[Client], Client]) -> list[Page]:
    """Return the pages of one case with ``EVENTS`` events for all who read it; ``bare`` makes the floor's browser."""
    at_work = Q(cases__state__in=pages.AT_WORK)
    busiest = Agency.objects.annotate(number=Count("cases", filter=at_work)).order_by("-number", "id")[0]
    desk = next(desk for desk in world.desks if desk.agency == busiest)
    case = pages._long_case(busiest)
    for number in range(case.events.count(), EVENTS):
        note(Case.objects.get(pk=case.pk), by=desk.officer, at=timezone.now(), text=f"ملاحظة {number}")
    officer, unit, citizen = (pages.sign_in(user) for user in (desk.officer, world.cmu, case.citizen.user))
    at_desk, floor = reverse("desk-case", args=[case.reference]), "floor: case page"
    return [
        Page(floor, partial(bare(officer).get, f"/case/{case.reference}/")),
        Page("case page", partial(officer.get, at_desk), floor, GOAL),
        Page("case page of the unit", partial(unit.get, at_desk), floor, GOAL),
        Page("case page of the citizen", partial(citizen.get, reverse("case", args=[case.reference])), floor),
    ]
