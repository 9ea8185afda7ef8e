"""Agencies that are merged and split: cases, people, rules, permissions and figures follow, and nothing is lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from agencies import reference_changes, successions as plans
from agencies.models import (
    Agency,
    AgencySite,
    AgencySuccession,
    Directorate,
    Governorate,
    KnownProblem,
    RoutingRule,
    Topic,
)
from agencies.reference_changes import Author
from agencies.routing import owner_for
from agencies.successions import SuccessionRefused
from complaints.actions import accept, ask, reply
from complaints.escalation import recalculation
from complaints.models import Case
from notifications.models import Message
from reports.overview.exports import build_report
from reports.periods import ReportPeriod
from tests.cast import make_agency, make_staff
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk

WHY = "نظام دمج المؤسسات لسنة 2026، المادة الرابعة."


def planned(old: Agency, new: Agency, by: User, at: datetime, **more: Any) -> AgencySuccession:
    fields = {"on": date(2026, 1, 11), "reason": WHY} | more
    return plans.plan(AgencySuccession(predecessor=old, successor=new, **fields), author=Author(by.pk, at))


def quarter(at: datetime) -> dict[str, tuple[int, int, int]]:
    found, _figures = build_report(ReportPeriod(date(2026, 1, 1), date(2026, 3, 31)), at=at)
    rows = {row.name: (row.figures.received, row.figures.closed, row.figures.pending) for row in found.by_agency}
    return rows | {"": (found.total.received, found.total.closed, found.total.pending)}


def possessions(
    water: Agency, leak: Topic, amman: Governorate, *, at: datetime
) -> tuple[RoutingRule, Agency, AgencySite, KnownProblem, KnownProblem]:
    """Make a rule, an agency below, a site, a problem that lasts beyond the merger and one that is over before."""
    times = {"starts_at": at, "published_at": at, "changed_at": at}
    words = {"topic": leak, "text_ar": "انقطاع", "text_en": "No water", "agency": water}
    lasting, over = (KnownProblem.objects.create(**times, **words, ends_at=at + timedelta(days=on)) for on in (20, 2))
    return (
        RoutingRule.objects.create(topic=leak, governorate=amman, agency=water),
        make_agency("springs", "الينابيع", "Springs", parent=water),
        AgencySite.objects.create(agency=water, origin="https://water.example"),
        lasting,
        over,
    )


def test_a_merger_takes_effect_on_its_day_with_all_that_belongs_to_it(
    file_case: FileCase,
    *,
    hala: User,
    omar: User,
    yusuf: User,
    water: Agency,
    gam: Agency,
    network: Directorate,
    leak: Topic,
    amman: Governorate,
    now: datetime,
) -> None:
    open_case, accepted, waiting = (file_case() for _ in range(3))
    accept(accepted, by=omar, at=now, days=2)
    ask(waiting, by=omar, at=now, text="ما رقم العداد؟")
    rule, child, site, lasting, over = possessions(water, leak, amman, at=now)
    plan = planned(water, gam, hala, now)
    before = quarter(now + timedelta(hours=1))
    assert recalculation.go_on(at=now + timedelta(days=6)) == 0
    day = now + timedelta(days=7)
    # A second run, as after a kill, does nothing twice.
    assert [recalculation.go_on(at=day) for _run in range(2)] == [2, 0]
    for row in (water, network, child, rule, open_case, accepted, waiting, plan, site, lasting, over):
        row.refresh_from_db()
    assert (site.agency, lasting.agency, over.agency) == (gam, gam, water)
    assert (water.ends_on, network.agency, child.parent) == (date(2026, 1, 10), gam, gam)
    assert [owner_for(leak, amman, date(2026, 1, on)) for on in (10, 11)] == [water, gam]
    assert [case.agency for case in (open_case, accepted, waiting)] == [gam, gam, water]
    assert (accepted.state, accepted.events.last().action, accepted.events.last().actor) == ("referred", "refer", hala)
    assert Message.objects.filter(template="case_moved").count() == 2
    held = omar.memberships.order_by("starts_on").values_list("agency__code", "starts_on", "ends_on")
    assert list(held) == [("miyahuna", date(2025, 1, 1), date(2026, 1, 10)), ("gam", date(2026, 1, 11), None)]
    # Sums are what they were; what was Water's is shown for its successor, and its name beside.
    assert before == {"": (3, 0, 3), "Jordan Water Company": (3, 0, 3)}
    assert quarter(day) == {"": (3, 0, 3), "Greater Amman Municipality": (3, 0, 3)}
    # Staff of the successor read what the predecessor had, and act on what is left with it.
    seen = Case.objects.visible_to(User.objects.get(pk=yusuf.pk), at=day)
    assert set(seen) == {open_case, accepted, waiting}
    # A case that waited for its citizen follows once there is an answer.
    assert waiting.citizen.user is not None
    reply(waiting, by=waiting.citizen.user, at=day, text="1234")
    assert recalculation.go_on(at=day + timedelta(minutes=1)) == 1
    waiting.refresh_from_db()
    assert waiting.agency == gam


def test_a_run_that_is_killed_goes_on_where_it_was(
    file_case: FileCase,
    hala: User,
    omar: User,
    yusuf: User,
    *,
    water: Agency,
    gam: Agency,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(3):
        file_case()
    planned(water, gam, hala, now)
    day, moved = now + timedelta(days=7), list[int]()
    move = recalculation._move

    def killed(case: Case, *args: Any, **kwargs: Any) -> bool:
        if moved:
            raise KeyboardInterrupt
        moved.append(case.pk)
        return move(case, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(recalculation, "_move", killed)
        with pytest.raises(KeyboardInterrupt):
            recalculation.go_on(at=day)
    assert Case.objects.filter(agency=gam).count() == 1
    assert recalculation.go_on(at=day) == 2
    assert (Case.objects.filter(agency=gam).count(), Message.objects.filter(template="case_moved").count()) == (3, 3)


def test_without_an_officer_the_cases_stay_until_there_is_one(
    file_case: FileCase, hala: User, omar: User, *, leak: Topic, water: Agency, now: datetime
) -> None:
    case = file_case(topic=leak)
    springs = make_agency("springs", "الينابيع", "Springs")
    planned(water, springs, hala, now, topic=leak)
    day = now + timedelta(days=7)
    assert recalculation.go_on(at=day) == 0
    make_staff("o@springs.example", "هلا", "Hala", "+962790100091", springs, Role.OFFICER)
    assert recalculation.go_on(at=day) == 1
    case.refresh_from_db()
    assert case.agency == springs


def test_a_split_sends_each_part_to_its_successor_and_the_figures_with_it(
    file_case: FileCase,
    *,
    hala: User,
    omar: User,
    yusuf: User,
    water: Agency,
    gam: Agency,
    leak: Topic,
    water_topic: Topic,
    now: datetime,
) -> None:
    springs = make_agency("springs", "الينابيع", "Springs")
    make_staff("o@springs.example", "هلا", "Hala", "+962790100091", springs, Role.OFFICER)
    leaking, other = file_case(topic=leak), file_case(topic=water_topic)
    RoutingRule.objects.create(topic=water_topic, agency=water)
    planned(water, springs, hala, now, topic=leak)
    planned(water, gam, hala, now)
    day = now + timedelta(days=7)
    assert recalculation.go_on(at=day) == 2
    for case in (leaking, other):
        case.refresh_from_db()
    assert (leaking.agency, other.agency) == (springs, gam)
    assert [owner_for(topic, None, date(2026, 1, 11)) for topic in (leak, water_topic)] == [springs, gam]
    assert owner_for(leak, None, date(2026, 1, 10)) == water
    # The same quarter as it was before the split: by topic, each with its successor.
    assert quarter(day)["Springs"] == (1, 0, 1)
    assert quarter(day)["Greater Amman Municipality"] == (1, 0, 1)


def test_later_successions_are_followed_to_the_end(hala: User, water: Agency, gam: Agency, now: datetime) -> None:
    springs = make_agency("springs", "الينابيع", "Springs")
    first = planned(water, gam, hala, now)
    recalculation.execute(first.pk, at=now + timedelta(days=7))
    second = planned(gam, springs, hala, now, on=date(2026, 2, 1))
    recalculation.execute(second.pk, at=now + timedelta(days=30))
    first.refresh_from_db()
    assert (first.successor, first.final) == (gam, springs)
    assert plans.continuity(on=date(2026, 2, 1)).agency(water.pk, None, None) == springs.pk


def test_what_cannot_be_is_refused_with_a_sentence(
    desk: Desk, hala: User, *, water: Agency, gam: Agency, now: datetime
) -> None:
    child = make_agency("springs", "الينابيع", "Springs", parent=water)
    over = make_agency("old", "قديمة", "Old", ends_on=date(2026, 1, 10))
    said = {"on": "11/1/2026", "reason": WHY, "confirm": "1", "predecessor": water.pk}
    client = desk(hala)

    def refused(**more: object) -> list[str]:
        answer = client.post(reverse("succession-plan"), said | more)
        return [] if answer.status_code == 302 else list(answer.context["form"].errors)

    assert refused(successor=water.pk) == ["successor"]
    assert refused(successor=child.pk) == ["successor"]
    assert refused(successor=over.pk) == ["successor"]
    assert refused(successor=gam.pk, on="1/1/2026") == ["on"]
    assert refused(successor=gam.pk) == []
    assert refused(successor=gam.pk) == ["successor"]
    assert refused(predecessor=gam.pk, successor=water.pk) == ["successor"]
    assert AgencySuccession.objects.count() == 1
    with pytest.raises(SuccessionRefused):
        planned(gam, water, hala, now)


def test_the_page_shows_what_is_concerned_and_a_plan_can_be_given_up(
    desk: Desk, file_case: FileCase, hala: User, omar: User, yusuf: User, *, water: Agency, gam: Agency, now: datetime
) -> None:
    file_case()
    client = desk(hala)
    said = {"on": "11/1/2026", "reason": WHY, "predecessor": water.pk, "successor": gam.pk}
    shown = client.post(reverse("succession-plan"), said).context["preview"]
    assert (shown.cases, shown.people, shown.receivers, AgencySuccession.objects.count()) == (1, 1, 1, 0)
    assert client.post(reverse("succession-plan"), said | {"confirm": "1"}).status_code == 302
    plan = AgencySuccession.objects.get()
    assert [client.get(reverse(name, args=args)).status_code for name, args in (
        ("successions", []), ("succession", [plan.pk]), ("directory-row", ["agencies", water.pk]),
    )] == [200] * 3  # fmt: skip
    assert client.post(reverse("succession-cancel", args=[plan.pk])).status_code == 302
    assert recalculation.go_on(at=now + timedelta(days=7)) == 0
    # The work is free again; what begins today is done at once.
    said |= {"on": "4/1/2026", "confirm": "1"}
    assert client.post(reverse("succession-plan"), said).status_code == 302
    water.refresh_from_db()
    assert water.ends_on == date(2026, 1, 3)
    assert recalculation.go_on(at=now) == 1


def test_a_report_of_the_past_says_the_name_of_that_time(
    file_case: FileCase, hala: User, omar: User, water: Agency, now: datetime
) -> None:
    file_case()
    reference_changes.change(water, {"name_en": "Springs"}, author=Author(hala.pk, now + timedelta(days=40)))
    found, _figures = build_report(ReportPeriod(date(2026, 1, 1), date(2026, 1, 31)), at=now + timedelta(days=60))
    assert [(row.name, row.note) for row in found.by_agency] == [("Springs", "then: Jordan Water Company")]
