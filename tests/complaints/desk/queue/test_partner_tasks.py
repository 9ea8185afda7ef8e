"""The view of parts: it shows, sorts and marks by the date of the desk's own part, not by that of the whole case."""

from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency, Topic, WorkingHours
from complaints.actions import accept, add_task, ask
from complaints.models import Case
from kit import keyset
from tests.cast import make_agency, make_staff
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent
from tests.prepared_rows import prepared

ASKED = "هل حفرتم في هذا الشارع؟"


def rows(desk: Desk, person: User, **asked: str) -> list[tuple[str, str, str]]:
    page = desk(person).get(reverse("queue"), {"view": "tasks", **asked})
    return [(row.case.reference, row.on.isoformat(), row.countdown.level) for row in page.context["rows"]]


@pytest.fixture
@prepared
def two(file_case: FileCase, omar: User, yusuf: User, gam: Agency, outage: Topic, now: datetime) -> list[Case]:
    """Two cases of Water's with a part of Greater Amman's each, the later part on the case that is due sooner."""
    soon, later = file_case(), file_case()
    for case, promised, part in ((soon, 3, 5), (later, 6, 1)):
        accept(case, by=omar, at=now, days=promised)
        add_task(case, by=omar, at=now, agency=gam, text=ASKED, days=part)
    return [soon, later]


@pytest.fixture
@prepared
def moh(hours: WorkingHours) -> Agency:
    """A third agency, with an officer."""
    agency = make_agency("moh", "وزارة الصحة", "Ministry of Health", kind="ministry", sector="health")
    make_staff("salma@moh.example", "سلمى النمري", "Salma Nimri", "+962790100009", agency, Role.OFFICER)
    return agency


def test_each_row_shows_the_date_of_the_part_the_nearest_first(desk: Desk, two: list[Case], yusuf: User) -> None:
    soon, later = two
    assert rows(desk, yusuf) == [(later.reference, "2026-01-05", "soon"), (soon.reference, "2026-01-11", "ok")]


def test_the_case_keeps_its_own_date_in_the_queue_of_the_lead(desk: Desk, two: list[Case], omar: User) -> None:
    page = desk(omar).get(reverse("queue"))
    assert [(row.case.reference, row.on) for row in page.context["rows"]] == [
        (case.reference, timezone.localdate(case.deadline_at)) for case in two
    ]


def test_a_part_is_late_by_its_own_clock_although_the_citizen_is_asked(
    desk: Desk, two: list[Case], omar: User, yusuf: User, clock: Clock
) -> None:
    _soon, later = two
    ask(later, by=omar, at=clock(), text="في أي جهة من الشارع؟")
    clock.pass_(days=2)
    assert rows(desk, yusuf)[0] == (later.reference, "2026-01-05", "late")


def test_of_several_parts_the_unit_sees_the_nearest(
    desk: Desk, two: list[Case], lina: User, omar: User, moh: Agency, clock: Clock
) -> None:
    soon, later = two
    add_task(soon, by=omar, at=clock(), agency=moh, text=ASKED, days=2)
    assert rows(desk, lina) == [(later.reference, "2026-01-05", "soon"), (soon.reference, "2026-01-06", "soon")]


def test_it_is_read_page_by_page(desk: Desk, two: list[Case], yusuf: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "PAGE", 1)
    monkeypatch.setattr("complaints.desk.queue_tabs.PAGE", 1)
    soon, later = two
    client = desk(yusuf)
    first = client.get(reverse("queue"), {"view": "tasks"})
    second = client.get(f"{reverse('queue')}{first.context['next']}")
    assert [[row.case.pk for row in page.context["rows"]] for page in (first, second)] == [[later.pk], [soon.pk]]


def test_its_cases_are_read_one_after_the_other_by_the_date_of_their_part(
    desk: Desk, two: list[Case], yusuf: User, clock: Clock
) -> None:
    soon, later = two
    listed = {"list": "view=tasks"}
    places = [desk(yusuf).get(address("desk-case", case), listed).context["place"] for case in (later, soon)]
    assert [(place.number, place.total, place.previous, place.following) for place in places] == [
        (1, 2, None, soon.reference),
        (2, 2, later.reference, None),
    ]
    address_of_next = f"{address('desk-task-answer', later)}?{urlencode({**listed, 'next': soon.reference})}"
    done = desk(yusuf).post(address_of_next, sent(later, text="لم نحفر في هذا الشارع هذا الشهر."))
    assert done.headers["Location"] == f"{address('desk-case', soon)}?{urlencode(listed)}"
