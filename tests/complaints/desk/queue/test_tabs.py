"""The views of a queue: what each holds and for whom, in which orders it is read, page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Absence, User
from agencies.models import Agency, Directorate
from complaints.actions import (
    accept,
    add_task,
    ask,
    assign,
    close,
    decline,
    object_to,
    propose_extension,
    refer,
    reply,
)
from complaints.actions.consultations import consult
from complaints.desk import queue_tabs
from complaints.desk.queue_tabs import Sort, StaffContext, Tab, sort_orders, tab_page
from complaints.escalation.absences import officer_seats
from complaints.models import Case, ReferralTask
from kit import keyset
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address
from tests.prepared_rows import prepared

type Fill = Callable[[Tab], list[Case]]


def queue(client: Client, **asked: str) -> list[str]:
    page = client.get(reverse("queue"), asked)
    assert page.status_code == 200
    return [row.case.reference for row in page.context["rows"]]


def test_mine_are_those_given_to_me(desk: Desk, file_case: FileCase, omar: User, hana: User, now: datetime) -> None:
    mine, hers, nobodys = file_case(), file_case(), file_case()
    assign(mine, by=omar, at=now, officer=omar)
    assign(hers, by=omar, at=now, officer=hana)
    assert queue(desk(omar), view="mine") == [mine.reference]
    assert nobodys.reference in queue(desk(omar))


def test_mine_are_as_many_as_the_page_of_the_officers_says(
    desk: Desk, file_case: FileCase, omar: User, hana: User, water: Agency, now: datetime
) -> None:
    kept, objected, hers = file_case(), file_case(), file_case()
    for case, officer in ((kept, omar), (objected, omar), (hers, hana)):
        accept(case, by=officer, at=now, days=5)
    close(objected, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert objected.citizen.user is not None
    object_to(objected, by=objected.citizen.user, at=now, text="عادت المشكلة نفسها بعد يومين.")
    assert queue(desk(omar), view="mine") == [kept.reference]
    assert {seat.user: seat.cases for seat in officer_seats(water, at=now)} == {omar: 1, hana: 1}


def test_mine_are_those_of_a_colleague_away_whose_deputy_i_am(
    desk: Desk, file_case: FileCase, omar: User, hana: User, now: datetime
) -> None:
    hers = file_case()
    assign(hers, by=omar, at=now, officer=hana)
    Absence.objects.create(user=hana, deputy=omar, starts_on=now.date(), ends_on=now.date())
    assert queue(desk(omar), view="mine") == [hers.reference]
    # He reads for whom: in the head of the page, on the row and on the case; nobody else does.
    deputy = desk(omar)
    shown = [deputy.get(url).content.decode() for url in (reverse("queue"), address("desk-case", hers))]
    assert [f"acting for <bdi>{hana.name_en}</bdi>" in page for page in shown] == [True, True]
    assert (f"for {hana.name_en}</span>" in shown[0], "You act for the officer of this case:" in shown[1]) == (
        True,
        True,
    )
    assert "acting for" not in desk(hana).get(reverse("queue")).content.decode()


def test_the_unit_has_no_view_of_its_own_cases(desk: Desk, referred: Case, lina: User) -> None:
    page = desk(lina).get(reverse("queue"))
    assert "mine" not in page.context["tabs"]


def test_an_empty_view_leads_on_to_one_that_is_not(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).get(reverse("queue"), {"view": "waiting"})
    assert (
        f'<a href="{reverse("queue")}?view=competence">Continue with: Responsibility to confirm</a>'
        in page.content.decode()
    )


def test_due_soon_is_what_the_list_marks_so(desk: Desk, file_case: FileCase, omar: User, now: datetime) -> None:
    file_case(at=now - timedelta(days=8))
    soon = file_case(at=now - timedelta(days=3))
    later = file_case()
    accept(later, by=omar, at=now, days=6)
    page = desk(omar).get(reverse("queue"), {"view": "due"})
    assert [(row.case.reference, row.countdown.level) for row in page.context["rows"]] == [(soon.reference, "soon")]


def test_with_directorates_is_what_a_directorate_has_in_hand(
    desk: Desk, accepted: Case, file_case: FileCase, omar: User, network: Directorate, now: datetime
) -> None:
    file_case()
    consult(accepted, by=omar, at=now, directorate=network, text="كم يومًا يلزم لإصلاح الخط الفرعي؟")
    assert queue(desk(omar), view="directorates") == [accepted.reference]


def test_the_view_of_directorates_names_the_one_that_is_asked(
    desk: Desk, file_case: FileCase, omar: User, water: Agency, network: Directorate, now: datetime
) -> None:
    meters = Directorate.objects.create(agency=water, name_ar="مديرية العدادات", name_en="Meters Directorate")
    client = desk(omar)

    def statements() -> int:
        case = file_case()
        accept(case, by=omar, at=now, days=5, directorate=network)
        consult(case, by=omar, at=now, directorate=meters, text="كم يومًا يلزم لفحص العداد؟")
        with CaptureQueriesContext(connection) as found:
            page = client.get(reverse("queue"), {"view": "directorates"})
        assert {row.case.directorate for row in page.context["rows"]} == {meters.name}
        assert {row.case.directorate for row in client.get(reverse("queue")).context["rows"]} == {network.name}
        return len(found)

    assert [statements() for _ in range(3)] == [statements()] * 3


def test_tasks_for_others_are_shown_to_the_agency_that_owes_them(
    desk: Desk, accepted: Case, gam: Agency, omar: User, yusuf: User, lina: User, now: datetime
) -> None:
    event = accepted.events.latest("number")
    ReferralTask.objects.create(
        case=accepted, event=event, agency=gam, text="ما سبب الحفر؟", asked_by=omar, asked_at=now
    )
    assert queue(desk(yusuf), view="tasks") == [accepted.reference]
    assert queue(desk(yusuf)) == []
    assert queue(desk(omar), view="tasks") == []
    assert queue(desk(lina), view="tasks") == [accepted.reference]


def test_what_the_citizen_replied_to_came_back(desk: Desk, accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="هل المشكلة في الشارع كله؟")
    assert queue(desk(omar), view="returned") == []
    assert accepted.citizen.user is not None
    reply(accepted, by=accepted.citizen.user, at=now, text="نعم، في الشارع كله.")
    assert queue(desk(omar), view="returned") == [accepted.reference]


def test_what_was_declined_and_referred_again_came_back_and_a_first_referral_did_not(
    desk: Desk, referred: Case, triaged: Case, omar: User, lina: User, gam: Agency, now: datetime
) -> None:
    water = referred.agency
    assert water is not None
    decline(referred, by=omar, at=now, reason="other_agency", text="خارج اختصاصنا", proposed_agency=gam)
    refer(referred, by=lina, at=now, agency=water)
    refer(triaged, by=lina, at=now, agency=water)
    assert queue(desk(omar), view="returned") == [referred.reference]


def test_what_i_passed_on_stays_in_sight_until_it_is_mine_again(
    desk: Desk, referred: Case, omar: User, nadia: User, lina: User, gam: Agency, now: datetime
) -> None:
    water = referred.agency
    assert water is not None
    decline(referred, by=omar, at=now, reason="other_agency", text="خارج اختصاصنا", proposed_agency=gam)
    assert queue(desk(omar), view="passed") == [referred.reference]
    assert queue(desk(nadia), view="passed") == []
    refer(referred, by=lina, at=now, agency=water)
    assert queue(desk(omar), view="passed") == []
    assert queue(desk(lina), view="passed") == [referred.reference]


def test_no_view_shows_what_is_not_the_agencys(
    desk: Desk, file_case: FileCase, yusuf: User, omar: User, now: datetime
) -> None:
    case = file_case(at=now - timedelta(days=8))
    file_case()
    accept(case, by=omar, at=now, days=1)
    client, tabs = desk(yusuf), [tab for tab in Tab if tab not in {Tab.TASKS, Tab.PASSED}]
    assert {tab: queue(client, view=tab) for tab in tabs} == {tab: [] for tab in tabs}


# ---- orders and pages ----


def read_through(client: Client, **asked: str) -> list[str]:
    seen, address = [], reverse("queue")
    page = client.get(address, asked)
    while True:
        seen += [row.case.reference for row in page.context["rows"]]
        if not page.context["next"]:
            return seen
        page = client.get(address + page.context["next"])


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "PAGE", 2)
    monkeypatch.setattr(queue_tabs, "PAGE", 2)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("sort", Sort)
def test_every_order_is_read_page_by_page(
    desk: Desk, file_case: FileCase, omar: User, now: datetime, sort: Sort
) -> None:
    made = [file_case(at=now - timedelta(days=days)) for days in (5, 4, 4, 1, 0)]
    accept(made[0], by=omar, at=now, days=4)
    by_deadline = [made[1], made[2], made[3], made[4], made[0]]
    wanted = {Sort.DEADLINE: by_deadline, Sort.OLDEST: made, Sort.NEWEST: made[::-1]}
    assert read_through(desk(omar), sort=sort) == [case.reference for case in wanted[sort]]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST])
def test_the_closed_are_read_from_either_end(
    desk: Desk, file_case: FileCase, omar: User, now: datetime, sort: Sort
) -> None:
    made = [file_case() for _ in range(3)]
    for hours, case in enumerate(made):
        accept(case, by=omar, at=now, days=2)
        close(case, by=omar, at=now + timedelta(hours=hours // 2), outcome="solved", found=FOUND, done=DONE)
    numbers = [case.reference for case in made]
    wanted = numbers if sort == Sort.OLDEST else numbers[::-1]
    assert read_through(desk(omar), view="closed", sort=sort) == wanted


def ways_into_views(
    omar: User, yusuf: User, *, water: Agency, gam: Agency, network: Directorate, now: datetime
) -> dict[Tab, Callable[[Case, int], object]]:
    """Return what puts a case into a view, by a date that is some days away."""

    def asked(case: Case, days: int) -> None:
        accept(case, by=omar, at=now, days=days)
        ask(case, by=omar, at=now, text="هل المشكلة في الشارع كله؟")

    def replied(case: Case, days: int) -> None:
        asked(case, days)
        assert case.citizen.user is not None
        reply(case, by=case.citizen.user, at=now, text="نعم، في الشارع كله.")

    def owed(case: Case, days: int) -> None:
        accept(case, by=yusuf, at=now, days=5)
        add_task(case, by=yusuf, at=now, agency=water, text="ما سبب الحفر؟", days=days)

    def closed(case: Case, days: int) -> None:
        accept(case, by=omar, at=now, days=5)
        close(case, by=omar, at=now + timedelta(hours=days), outcome="solved", found=FOUND, done=DONE)

    said = "خارج اختصاصنا"
    return {
        Tab.MINE: lambda case, _: assign(case, by=omar, at=now, officer=omar),
        Tab.RETURNED: replied,
        Tab.PROGRESS: lambda case, days: accept(case, by=omar, at=now, days=days),
        Tab.DIRECTORATES: lambda case, _: consult(case, by=omar, at=now, directorate=network, text="كم يومًا يلزم؟"),
        Tab.WAITING: asked,
        Tab.TASKS: owed,
        Tab.PASSED: lambda case, _: decline(
            case, by=omar, at=now, reason="other_agency", text=said, proposed_agency=gam
        ),
        Tab.CLOSED: closed,
        Tab.DECIDE: lambda case, days: (
            accept(case, by=omar, at=now, days=2),
            propose_extension(case, by=omar, at=now, days=days, reason="القطعة في طريقها من المصنع."),
        ),
        Tab.ASKED: lambda case, _: Case.objects.filter(pk=case.pk).update(unit_asked_at=now),
    }


@pytest.fixture
@prepared
def fill(
    file_case: FileCase, omar: User, yusuf: User, water: Agency, gam: Agency, network: Directorate, now: datetime
) -> Fill:
    """Return a function that puts three cases into a view: the first one filed is the last one due, or closed."""
    ways = ways_into_views(omar, yusuf, water=water, gam=gam, network=network, now=now)
    far = {Tab.LATE: timedelta(days=-4), Tab.DUE: timedelta(hours=1)}

    def fill_(tab: Tab) -> list[Case]:
        made = [file_case(**({"agency": gam} if tab == Tab.TASKS else {})) for _ in range(3)]
        for case, days in zip(made, (3, 1, 2), strict=True):
            ways.get(tab, lambda _case, _days: None)(case, days)
            if tab != Tab.CLOSED:
                due = now + far.get(tab, timedelta(days=9)) + timedelta(minutes=days)
                Case.objects.filter(pk=case.pk).update(deadline_at=due)
        return made

    return fill_


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("tab", Tab)
def test_every_view_is_read_in_every_order(fill: Fill, omar: User, nadia: User, now: datetime, tab: Tab) -> None:
    staff = StaffContext(nadia if tab == Tab.DECIDE else omar, now)
    first, second, third = (case.reference for case in fill(tab))
    by_date, by_filing = [second, third, first], [first, second, third]
    read, wanted = {}, {}
    for sort in ("", *Sort, "sideways"):
        match tab, sort:
            case (Tab.CLOSED, Sort.OLDEST):
                wanted[sort] = by_date
            case (Tab.CLOSED, _):
                wanted[sort] = by_date[::-1]
            case (_, Sort.OLDEST):
                wanted[sort] = by_filing
            case (_, Sort.NEWEST) | (Tab.PASSED, _):
                wanted[sort] = by_filing[::-1]
            case _:
                wanted[sort] = by_date
        page = tab_page(tab, staff, sort=sort)
        rest = tab_page(tab, staff, sort=sort, after=page.next)
        read[sort] = [[case.reference for case in one.rows] for one in (page, rest)]
    assert read == {sort: [order[:2], order[2:]] for sort, order in wanted.items()}


def test_a_mark_of_another_order_is_no_error(referred: Case, lina: User, now: datetime) -> None:
    context = StaffContext(lina, now)
    marks = {
        (tab, sort): tab_page(tab, context, sort=sort, after="1767600000000000-1").next for tab in Tab for sort in Sort
    }
    assert {view: mark for view, mark in marks.items() if mark} == {}


def test_no_view_offers_an_order_it_does_not_have() -> None:
    assert [list(sort_orders(tab)) for tab in (Tab.OPEN, Tab.CLOSED, Tab.PASSED)] == [
        [Sort.DEADLINE, Sort.NEWEST, Sort.OLDEST],
        [Sort.NEWEST, Sort.OLDEST],
        [Sort.NEWEST, Sort.OLDEST],
    ]
