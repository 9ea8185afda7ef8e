"""The tabs in SQL hold what their plain querysets hold, in every order, for an officer, a deputy and the unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Absence, User
from complaints.actions import accept, assign, close, decline, object_to, propose_extension
from complaints.desk.queue import tab_counts
from complaints.desk.queue_tabs import UNCOUNTED, StaffContext, Tab, sort_orders, tab_condition, tab_page
from complaints.models import Case, ReferralTask
from complaints.permissions.rulings import matters
from tests.cast import NOW
from tests.complaints import DONE, FOUND, NOT_OURS
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue import plain_tabs

OTHER_HANDS = Path(__file__).with_name("counts_by_other_hands.sql").read_text(encoding="utf-8")
WHY = "القطعة في طريقها من المصنع."


def tab_cases(tab: Tab, staff: StaffContext) -> list[Case]:
    """Return the cases that the condition of ``tab`` holds."""
    cases = tab_condition(tab, staff)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM complaints_case WHERE {cases.text}", cases.values)
        keys = [key for (key,) in cursor.fetchall()]
    return list(Case.objects.filter(pk__in=keys).order_by("pk"))


@pytest.fixture
def seats(
    one_of_each: dict[str, Case],
    partner_task: ReferralTask,
    file_case: FileCase,
    hana: User,
    nadia: User,
    lina: User,
    now: datetime,
) -> list[StaffContext]:
    """Readers over cases of every tab: declined and referred, given, late, urgent, asked about, proposed, objected."""
    omar, yusuf = (User.objects.get(name_en=name) for name in ("Omar Smadi", "Yusuf Owais"))
    declined, given, urgent = file_case(), file_case(at=now - timedelta(days=3)), file_case()
    bounced, hers, objected = (file_case() for _ in range(3))
    decline(declined, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=partner_task.agency)
    assign(given, by=omar, at=now, officer=hana)
    accept(urgent, by=omar, at=now, days=5)
    Case.objects.filter(pk=urgent.pk).update(is_urgent=True, unit_asked_at=now)
    propose_extension(urgent, by=omar, at=now, days=2, reason=WHY)
    decline(bounced, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=partner_task.agency)
    Case.objects.filter(pk=bounced.pk).update(bounces=2)
    for case in (hers, objected):
        accept(case, by=nadia, at=now, days=5)
    propose_extension(hers, by=nadia, at=now, days=2, reason=WHY)
    close(objected, by=nadia, at=now, outcome="solved", found=FOUND, done=DONE)
    object_to(objected, by=citizen_user(objected), at=now, text="عادت المشكلة نفسها بعد يومين.")
    Absence.objects.create(user=hana, deputy=omar, starts_on=now.date(), ends_on=now.date())
    people = [User.objects.get(pk=user.pk) for user in (omar, hana, yusuf, nadia, lina)]
    return [StaffContext(user, now, frozenset({hana.pk} if user == omar else ())) for user in people]


def citizen_user(case: Case) -> User:
    assert case.citizen.user is not None
    return case.citizen.user


def test_decisions_are_shown_to_whoever_makes_them(seats: list[StaffContext]) -> None:
    names = ("officer", "colleague", "other agency", "supervisor", "unit")
    found = {}
    for name, seat in zip(names, seats, strict=True):
        keys = [case.pk for case in tab_cases(Tab.DECIDE, seat)]
        found[name] = sorted(matters(seat.user, keys, at=seat.at).values())
        assert (Tab.DECIDE in seat.tabs) == (name in {"supervisor", "unit"})
    assert found == {
        "officer": [],
        "colleague": [],
        "other agency": [],
        "supervisor": ["date"],
        "unit": ["date", "objection", "owner"],
    }


def test_every_count_is_that_of_sql_by_other_hands(seats: list[StaffContext]) -> None:
    wrong, seen = {}, set()
    for seat in seats:
        values = {"user": seat.user.pk, "at": seat.at, "today": timezone.localdate(seat.at)}
        with connection.cursor() as cursor:
            cursor.execute(OTHER_HANDS, values)
            names = [column[0] for column in cursor.description]
            counted = dict(zip(names, cursor.fetchone(), strict=True))
        for name, number in tab_counts(seat).items():
            if number != counted[name]:
                wrong[seat.user.name_en, name] = (number, counted[name])
            seen |= {name} if number else set()
    assert wrong == {}
    assert seen == set(Tab) - UNCOUNTED - {Tab.DIRECTORATES, Tab.RETURNED}


def test_every_tab_holds_what_its_plain_queryset_holds(seats: list[StaffContext]) -> None:
    held = set()
    for seat in seats:
        counts = tab_counts(seat)
        for tab in Tab:
            plain = list(plain_tabs.tab_cases(tab, seat).order_by("pk"))
            assert tab_cases(tab, seat) == plain, (seat.user.email, tab)
            if tab in seat.tabs and tab not in UNCOUNTED:
                assert counts[tab] == len(plain), (seat.user.email, tab)
            for sort in sort_orders(tab):
                page = tab_page(tab, seat, sort=sort)
                assert sorted(row.pk for row in page.rows) == [case.pk for case in plain], (tab, sort)
            held |= {tab} if plain else set()
    assert held == set(Tab) - {Tab.DIRECTORATES, Tab.RETURNED}
    assert seats[0].at == NOW
