"""Fills an empty demonstration: its people, a year of simulated cases, and the stories of its two citizens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.demo import make_demo_colleagues, make_demo_people
from accounts.models import Membership, User
from accounts.roles import CMU, LADDER, Role
from agencies.models import Agency, City, Directorate, RoutingRule, Topic, current_calendar
from complaints.demonstration.desk_work import fill_desks
from complaints.demonstration.published import publish_answers, publish_problems
from complaints.demonstration.stories import Cast, tell_stories
from complaints.demonstration.year import simulate_year, with_character
from complaints.models import Case
from complaints.simulation.people import make_citizens
from complaints.simulation.world import Desk, World

CASES_OF_A_CITIZEN: Final = 3


def seed_demonstration(at: datetime, *, cases: int) -> int:
    """Make the people and ``cases`` simulated cases of the year before ``at``; return how many cases there are then.

    Does nothing when there is a case already. Raises ``accounts.demo.NotADemonstration`` outside EMBEDDED mode.
    """
    people = make_demo_people(at)
    if Case.objects.exists():
        return 0
    with transaction.atomic():
        make_demo_colleagues(at)
        world = _world(at, citizens=max(1, cases // CASES_OF_A_CITIZEN))
        simulate_year(at, cases=cases, world=world, towns=dict(City.objects.values_list("code", "name_ar")))
        cast = Cast.among(people)
        tell_stories(cast, at)
        publish_answers(at)
        publish_problems(at)
        fill_desks(cast.amina, cast.karim, at)
    return Case.objects.count()


def _world(at: datetime, *, citizens: int) -> World:
    """Return the agencies that have an officer and a supervisor, with everything their cases meet."""
    on = timezone.localdate(at)
    unit = list(User.objects.filter(memberships__role__in=CMU).order_by("login"))
    return World(
        desks=_desks(),
        citizens=make_citizens(citizens),
        topics=list(Topic.objects.filter(parent__isnull=False, second_signature=False)),
        cmu=unit[0],
        judge=unit[-1],
        calendar=current_calendar(),
        places=[(city.governorate, city.name_ar) for city in City.objects.select_related("governorate")],
        rules=[rule for rule in RoutingRule.objects.select_related("agency") if rule.holds(on)],
    )


def _desks() -> Sequence[Desk]:
    staff: dict[Agency, dict[str, User]] = defaultdict(dict)
    for membership in Membership.objects.select_related("user", "agency").order_by("pk"):
        if membership.agency is not None:
            staff[membership.agency].setdefault(membership.role, membership.user)
    directorates: dict[int, dict[str, Directorate]] = defaultdict(dict)
    for directorate in Directorate.objects.exclude(code=None):
        directorates[directorate.agency_id][str(directorate.code).rpartition("-")[2]] = directorate
    return [
        with_character(
            Desk(
                agency=agency,
                officer=people[Role.OFFICER],
                supervisor=people[Role.SUPERVISOR],
                directorates=directorates[agency.pk],
                levels=frozenset(LADDER) & people.keys(),
            )
        )
        for agency, people in staff.items()
        if {Role.OFFICER, Role.SUPERVISOR} <= people.keys()
    ]
