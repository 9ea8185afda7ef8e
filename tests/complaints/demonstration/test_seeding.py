"""The demonstration looks like the country: many agencies, a year of history, and the cases of two citizens."""

from collections import Counter
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from accounts.demo import NotADemonstration
from accounts.models import Citizen, Identity, Mandate, Membership, PrivacyRequest, StaffChange, User
from accounts.roles import Role
from accounts.staff.memberships import may_consent
from agencies.models import City, KnownProblem, current_calendar
from complaints.clocks import extensions
from complaints.demonstration.desk_work import CALLS
from complaints.demonstration.seeding import seed_demonstration
from complaints.demonstration.stories import IN_TRIAGE, PLOTS, TOPICS
from complaints.demonstration.year import RISES
from complaints.models import (
    Case,
    CaseEvent,
    CentreContact,
    Extension,
    ExtensionState,
    Label,
    Note,
    Precedent,
    ProblemJoin,
    PublishedAnswer,
)
from complaints.workflow import State

NOW = datetime.fromisoformat("2026-11-24T11:00:00+03:00")
YEAR = 120


def test_outside_a_demonstration_nothing_is_made(db: None, settings: object) -> None:
    settings.EMBEDDED = False
    with pytest.raises(NotADemonstration):
        seed_demonstration(NOW, cases=YEAR)
    assert Case.objects.count() == 0


@pytest.fixture(scope="module")
def demonstration(module_data: None) -> int:
    """Seed once for all tests here."""
    call_command("load_reference", verbosity=0)
    number = seed_demonstration(NOW, cases=YEAR)
    connection.check_constraints()
    return number


def people(role: Role) -> int:
    return Membership.objects.filter(role=role).count()


@pytest.mark.usefixtures("demonstration")
class TestTheDemonstration:
    def test_it_has_the_cases_of_the_year_and_those_of_the_stories(self, demonstration: int) -> None:
        assert demonstration == YEAR + len(TOPICS) + len(IN_TRIAGE) == Case.objects.count()

    def test_it_is_seeded_once(self) -> None:
        assert seed_demonstration(NOW, cases=YEAR) == 0

    def test_at_least_25_agencies_have_officers_and_two_of_the_unit_can_always_rule(self) -> None:
        officers = Membership.objects.filter(role=Role.OFFICER).values("agency").distinct().count()
        assert officers >= 25
        assert people(Role.CMU_STAFF) >= 3
        assert min(people(role) for role in (Role.CMU_HEAD, Role.PM_OFFICE, Role.SECRETARY_GENERAL)) >= 1

    def test_a_proposed_role_waits_for_a_second_person(self) -> None:
        change = StaffChange.objects.pending().get()
        lina = User.objects.get(login="lina@cmu.example")
        assert (change.role, may_consent(change, lina, at=NOW)) == (Role.AUDITOR, True)

    def test_every_agency_with_an_officer_has_a_supervisor(self) -> None:
        officers, supervisors = (
            set(Membership.objects.filter(role=role).values_list("agency__code", flat=True))
            for role in (Role.OFFICER, Role.SUPERVISOR)
        )
        assert officers == supervisors

    def test_a_directorate_belongs_to_the_agency_of_its_case(self) -> None:
        given = Case.objects.filter(directorate__isnull=False)
        assert given.count() > YEAR / 4
        assert given.exclude(directorate__agency=F("agency")).count() == 0

    def test_water_cases_are_with_water_directorates_that_do_this_work(self) -> None:
        pairs = set(Case.objects.filter(directorate__isnull=False).values_list("topic__code", "directorate__code"))
        assert {end for topic, end in pairs if topic == "water-sewage"} <= {"miyahuna-sewage"}
        assert {end for topic, end in pairs if topic == "roads-light"} <= {"gam-light"}

    def test_every_plot_of_the_stories_is_played(self) -> None:
        assert len(TOPICS) >= len(PLOTS)
        states = set(Case.objects.filter(citizen__first_name__in=("أمينة", "كريم")).values_list("state", flat=True))
        assert states == set(State)

    def test_nothing_has_happened_that_is_still_to_come(self) -> None:
        assert CaseEvent.objects.filter(at__gt=NOW).count() == 0
        assert Case.objects.filter(closed_at__gt=NOW).count() == 0

    def test_nobody_writes_as_the_contact_centre_but_for_callers(self) -> None:
        assert Case.objects.exclude(channel="phone").filter(details__contains="المتصل").count() == 0

    def test_problems_rise_and_answers_are_published(self) -> None:
        counted = Counter(Case.objects.values_list("topic__code", "area"))
        towns = dict(City.objects.values_list("code", "name_ar"))
        assert all(counted[rise.topic, towns[rise.town]] >= round(YEAR * rise.share) for rise in RISES)
        assert PublishedAnswer.objects.in_public().count() == 5
        assert KnownProblem.objects.open_at(NOW).count() == 1

    def test_every_desk_has_something_to_look_at(self) -> None:
        assert (Mandate.objects.in_force(NOW).count(), Mandate.objects.waiting_for_unit(NOW).count()) == (1, 1)
        assert (PrivacyRequest.objects.count(), ProblemJoin.objects.count(), Precedent.objects.count()) == (1, 1, 2)
        assert Citizen.objects.filter(identity=Identity.MISMATCHED).count() == 1
        assert set(CentreContact.objects.values_list("result", flat=True)) == {one.value for one in CALLS}
        assert (Note.objects.count(), Label.objects.count()) == (1, 1)
        waiting = Extension.objects.get(state=ExtensionState.PROPOSED, proposed_by__login="omar@miyahuna.example")
        case, calendar = waiting.case, current_calendar()
        clock = extensions.require_promise_clock(case)
        assert extensions.granted_on(case, clock, days=waiting.days, at=NOW, calendar=calendar) == waiting.new_on
