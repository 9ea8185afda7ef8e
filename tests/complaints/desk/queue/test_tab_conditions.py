"""The tabs in SQL hold what their plain querysets hold, in every order, for an officer, a deputy and the unit."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import Absence, User
from complaints.actions import accept, assign, decline
from complaints.desk.queue.counts import tab_counts
from complaints.desk.queue.tabs import UNCOUNTED, StaffContext, Tab, sort_orders, tab_condition, tab_page
from complaints.models import Case, ReferralTask
from tests.cast import NOW
from tests.complaints import NOT_OURS
from tests.complaints.cases import FileCase
from tests.complaints.desk.queue import plain_tabs


def tab_cases(tab: Tab, staff: StaffContext) -> list[Case]:
    """Return the cases that the condition of ``tab`` holds."""
    cases = tab_condition(tab, staff)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM complaints_case WHERE {cases.text}", cases.values)
        keys = [key for (key,) in cursor.fetchall()]
    return list(Case.objects.filter(pk__in=keys).order_by("pk"))


@pytest.fixture
def seats(
    one_of_each: dict[str, Case], partner_task: ReferralTask, file_case: FileCase, hana: User, lina: User, now: datetime
) -> list[StaffContext]:
    """Readers over cases of every tab: some declined and referred, given, late, urgent, asked about, without owner."""
    omar, yusuf = (User.objects.get(name_en=name) for name in ("Omar Smadi", "Yusuf Owais"))
    declined, given, urgent = file_case(), file_case(at=now - timedelta(days=3)), file_case()
    decline(declined, by=omar, at=now, reason="other_place", text=NOT_OURS, proposed_agency=partner_task.agency)
    assign(given, by=omar, at=now, officer=hana)
    accept(urgent, by=omar, at=now, days=5)
    Case.objects.filter(pk=urgent.pk).update(is_urgent=True, unit_asked_at=now)
    Absence.objects.create(user=hana, deputy=omar, starts_on=now.date(), ends_on=now.date())
    people = [User.objects.get(pk=user.pk) for user in (omar, hana, yusuf, lina)]
    return [StaffContext(user, now, frozenset({hana.pk} if user == omar else ())) for user in people]


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
