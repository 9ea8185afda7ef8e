"""Reminders and reports of delay: each level once for each day, in its order, whoever runs the sweep."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from accounts.models import User
from accounts.roles import Role
from agencies import successions
from agencies.models import Agency, AgencySuccession
from agencies.reference_changes import Author
from notifications.models import Message, MessageState
from reports.directives import actions, sweep
from reports.models import DirectiveNotice
from tests.cast import make_agency, make_staff
from tests.reports.directives.conftest import DUE, Issue, done


def told() -> list[tuple[str, bool]]:
    return list(DirectiveNotice.objects.values_list("level", "is_vacant"))


def recipients(template: str) -> list[str]:
    return sorted(Message.objects.filter(template=template).values_list("recipient", flat=True))


def test_a_late_directive_climbs_one_level_each_working_day(
    issue: Issue, asma: User, nadia: User, faris: User, ghada: User, now: datetime
) -> None:
    issue()
    climbed = {}
    # Monday to Thursday, then Sunday to Wednesday, each time before and after the offices open.
    for day in range(1, 11):
        for hour in (8, 9):
            at = now.replace(hour=hour) + timedelta(days=day)
            for _ in range(2):
                if sweep.watch(at=at):
                    climbed[at.date(), hour] = told()[-1]
    assert climbed == {
        (date(2026, 1, 5), 9): ("reminder", False),
        (date(2026, 1, 8), 9): ("supervisor", False),
        (date(2026, 1, 11), 9): ("secretary_general", False),
        # The minister's office has nobody: the Prime Minister's office is told on the same day.
        (date(2026, 1, 12), 9): ("pm_office", False),
    }
    assert told()[3] == ("minister_office", True)
    assert recipients("directive_late") == sorted(f"user:{user.pk}" for user in (nadia, faris, asma))
    assert recipients("directive_level_vacant") == [f"user:{ghada.pk}"]
    assert recipients("directive_reminder") == sorted(f"user:{user.pk}" for user in (nadia, faris))


def test_what_is_reported_as_done_stops_the_reports_and_a_new_day_begins_anew(
    issue: Issue, asma: User, nadia: User, now: datetime
) -> None:
    directive = issue()
    thursday = now + timedelta(days=4)
    assert sweep.watch(at=thursday) == 1
    actions.report(directive.pk, done(thursday), version=1, by=nadia, at=thursday)
    assert Message.objects.get(template="directive_late").state == MessageState.CANCELLED
    assert sweep.watch(at=thursday + timedelta(days=3)) == 0
    actions.send_back(directive.pk, text="بقيت خمسة مواقع.", due_on=DUE, version=2, by=asma, at=thursday)
    # The same day: the supervisor is not told twice; the two levels above have nobody, so the fourth is told at once.
    assert sweep.watch(at=thursday + timedelta(days=3)) == 3
    vacant = [("secretary_general", True), ("minister_office", True)]
    assert told() == [("supervisor", False), *vacant, ("pm_office", False)]


def test_an_agency_merged_meanwhile_hands_its_directives_on(
    issue: Issue, asma: User, nadia: User, water: Agency, lina: User, now: datetime
) -> None:
    issue()
    springs = make_agency("springs", "الينابيع", "Springs")
    rana = make_staff("rana@springs.example", "رنا", "Rana", "+962790100021", springs, Role.SUPERVISOR)
    plan = AgencySuccession(predecessor=water, successor=springs, on=now.date() + timedelta(days=1))
    planned = successions.plan(plan, author=Author(lina.pk, now))
    AgencySuccession.objects.filter(pk=planned.pk).update(executed_at=now)
    assert sweep.watch(at=now + timedelta(days=4)) == 1
    assert recipients("directive_late") == [f"user:{rana.pk}"]
