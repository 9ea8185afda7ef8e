"""From case to case of a list: its place, its neighbours, and where an action leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.models import User
from agencies.models import Agency, Directorate
from complaints.actions import accept
from complaints.desk.queue_lists import QueueQuery, place_in
from complaints.desk.queue_tabs import Sort, StaffContext, Tab, tab_page
from complaints.models import Case
from tests.complaints import FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, sent

OPEN = {"view": "open"}


def opened(case: Case, following: str = "", **listed: str) -> str:
    """Return what follows the address of ``case`` when it was opened from a list."""
    query = {"list": urlencode(listed or OPEN)}
    return f"?{urlencode({**query, 'next': following} if following else query)}"


@pytest.fixture
def listed(file_case: FileCase, omar: User, now: datetime) -> list[Case]:
    """Five cases with deadlines on four days, two of them urgent and one of these accepted."""
    made = [file_case(at=now - timedelta(days=days)) for days in (5, 4, 4, 1, 0)]
    accept(made[0], by=omar, at=now, days=4)
    Case.objects.filter(pk__in=[made[0].pk, made[2].pk]).update(is_urgent=True)
    return [Case.objects.get(pk=case.pk) for case in made]


@pytest.mark.parametrize("sort", ["", Sort.NEWEST, Sort.OLDEST])
@pytest.mark.parametrize("tab", [Tab.OPEN, Tab.DUE, Tab.PROGRESS])
def test_a_list_is_read_case_by_case_as_it_stands(
    listed: list[Case], omar: User, now: datetime, tab: Tab, sort: str
) -> None:
    staff, query = StaffContext(omar, now), QueueQuery(tab, sort)
    rows = [row.reference for row in tab_page(tab, staff, sort=sort).rows]
    assert rows
    for number, reference in enumerate(rows, start=1):
        place = place_in(query, staff, Case.objects.get(reference=reference))
        assert place is not None
        before = rows[number - 2] if number > 1 else None
        behind = rows[number] if number < len(rows) else None
        assert (place.number, place.total, place.previous, place.following) == (number, len(rows), before, behind)


def test_a_case_that_has_left_the_list_still_has_neighbours(listed: list[Case], omar: User, now: datetime) -> None:
    gone = listed[3]
    accept(gone, by=omar, at=now, days=2)
    place = place_in(QueueQuery(Tab.COMPETENCE), StaffContext(omar, now), Case.objects.get(pk=gone.pk))
    assert place is not None
    assert (place.number, place.is_listed) == (0, False)
    assert place.previous is not None


def test_the_page_of_a_case_names_its_place_and_leads_on(desk: Desk, listed: list[Case], omar: User) -> None:
    client = desk(omar)
    row = client.get(reverse("queue"), OPEN).content.decode()
    assert f"{listed[2].reference}/?list=view%3Dopen" in row
    page = client.get(address("desk-case", listed[2]) + opened(listed[2]))
    text = page.content.decode()
    assert f"{page.context['place'].number} of 5" in text
    assert f'{reverse("queue")}?view=open"' in text
    assert f"next={page.context['place'].following}" in text
    assert "of 5" not in client.get(address("desk-case", listed[2])).content.decode()


def test_an_action_leads_to_the_next_case_and_the_last_one_to_the_list(
    desk: Desk, listed: list[Case], omar: User
) -> None:
    client, case, following = desk(omar), listed[3], listed[4].reference
    done = client.post(address("desk-accept", case) + opened(case, following), sent(case, days="2"))
    assert done.headers["Location"] == reverse("desk-case", args=[following]) + opened(case)
    page = client.get(done.headers["Location"]).content.decode()
    assert f'<a href="{address("desk-case", case)}?list=view%3Dopen">Open that case</a>' in page
    last = client.post(address("desk-accept", listed[4]) + opened(listed[4]), sent(listed[4], days="2"))
    assert last.headers["Location"] == f"{reverse('queue')}?view=open"


def test_a_note_stays_at_its_case_and_keeps_the_list(desk: Desk, listed: list[Case], omar: User) -> None:
    case = listed[3]
    done = desk(omar).post(
        address("desk-note", case) + opened(case, listed[4].reference), sent(case, text="اتصلت بالمقاول.")
    )
    assert done.headers["Location"] == address("desk-case", case) + opened(case)


def test_what_passes_a_case_on_leads_to_the_next_one_too(
    desk: Desk, listed: list[Case], network: Directorate, hana: User, omar: User
) -> None:
    client, accepted = desk(omar), listed[0]
    Directorate.objects.filter(pk=network.pk).update(email="network@water.example")
    steps = {
        "desk-consult": (accepted, {"directorate": network.pk, "text": FOUND, "language": "ar"}),
        "desk-extend": (accepted, {"days": "1", "reason": FOUND}),
        "desk-assign": (listed[3], {"officer": str(hana.pk)}),
    }
    led = {}
    for page, (case, data) in steps.items():
        form = sent(Case.objects.get(pk=case.pk), **data)
        done = client.post(address(page, case) + opened(case, listed[4].reference), form)
        led[page] = done.headers.get("Location")
    assert led == dict.fromkeys(steps, address("desk-case", listed[4]) + opened(listed[4]))


def test_a_request_whose_link_has_to_be_handed_over_stays_at_its_case(
    desk: Desk, listed: list[Case], network: Directorate, omar: User
) -> None:
    Directorate.objects.filter(pk=network.pk).update(email="")
    form = sent(listed[0], directorate=network.pk, text=FOUND, language="ar")
    done = desk(omar).post(address("desk-consult", listed[0]) + opened(listed[0], listed[4].reference), form)
    assert done.headers["Location"] == address("desk-case", listed[0]) + opened(listed[0])


def test_a_forged_address_leads_nowhere_else(
    desk: Desk, listed: list[Case], file_case: FileCase, gam: Agency, omar: User
) -> None:
    client, other = desk(omar), file_case(agency=gam)
    for case, following in ((listed[1], other.reference), (listed[3], "//evil.example"), (listed[4], "0" * 400)):
        done = client.post(address("desk-accept", case) + opened(case, following), sent(case, days="2"))
        assert done.headers["Location"] == f"{reverse('queue')}?view=open"
    assert client.get(address("desk-case", listed[0]) + "?list=" + "x" * 501).context["work_list"] is None
    strange = client.get(address("desk-case", listed[0]) + "?list=view%3Dnothing%26agency%3D%0d%0aX%26sort%3D1")
    assert strange.status_code == 200
