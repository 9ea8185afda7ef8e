"""The queue: whose it is, in which order, how it is divided and counted, and what it costs."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import accept, close
from complaints.desk import queue as counts, queue_tabs
from complaints.desk.queue import tab_counts
from complaints.desk.queue_tabs import StaffContext, Tab
from complaints.models import Case
from kit import keyset
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk

MOST_STATEMENTS = 7
ASKED = [*({"view": str(tab)} for tab in Tab), {"sort": "newest", "kind": "complaint"}, {"q": "مياه"}]


def queue(client: Client, **asked: str) -> list[str]:
    page = client.get(reverse("queue"), asked)
    assert page.status_code == 200
    return [row.case.reference for row in page.context["rows"]]


def test_an_officer_sees_the_own_agencys_cases_only(
    desk: Desk, file_case: FileCase, omar: User, yusuf: User, gam: Agency
) -> None:
    ours, theirs = file_case(), file_case(agency=gam)
    file_case(agency=None)
    assert queue(desk(omar)) == [ours.reference]
    assert queue(desk(yusuf)) == [theirs.reference]


def test_the_unit_sees_every_case(desk: Desk, file_case: FileCase, lina: User, yusuf: User, gam: Agency) -> None:
    made = [file_case(), file_case(agency=gam), file_case(agency=None)]
    assert sorted(queue(desk(lina))) == sorted(case.reference for case in made)


def test_the_nearest_deadline_stands_first(
    desk: Desk, file_case: FileCase, omar: User, clock: Clock, now: datetime
) -> None:
    later = file_case(at=now)
    accept(later, by=omar, at=now, days=6)
    sooner = file_case(at=now - timedelta(days=3))
    middle = file_case(at=now)
    assert queue(desk(omar)) == [sooner.reference, middle.reference, later.reference]


@pytest.mark.parametrize("view", ["progress", "waiting", "late", "closed"])
def test_each_tab_holds_its_own(desk: Desk, one_of_each: dict[str, Case], omar: User, view: str) -> None:
    assert queue(desk(omar), view=view) == [one_of_each[view].reference]


def test_what_is_late_is_to_be_decided_too(desk: Desk, one_of_each: dict[str, Case], omar: User) -> None:
    assert queue(desk(omar), view="competence") == [one_of_each["late"].reference, one_of_each["competence"].reference]


def test_an_unknown_tab_shows_what_is_open(desk: Desk, one_of_each: dict[str, Case], omar: User) -> None:
    assert len(queue(desk(omar), view="everything")) == 4


def test_the_counts_come_in_one_statement(one_of_each: dict[str, Case], omar: User, now: datetime) -> None:
    seat = StaffContext(omar, now)
    assert seat.calendar.is_working_day(now.date())
    with CaptureQueriesContext(connection) as asked:
        found = tab_counts(seat)
    assert len(asked) == 1
    assert found == {
        "open": 4,
        "competence": 2,
        "mine": 2,
        "due": 2,
        "late": 1,
        "returned": 0,
        "progress": 1,
        "directorates": 0,
        "waiting": 1,
        "tasks": 0,
    }


def test_counts_stop_beyond_their_cap(
    file_case: FileCase, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "CAP", 1)
    for _ in range(3):
        file_case()
    assert tab_counts(StaffContext(omar, now))[Tab.COMPETENCE] == 2


def test_late_rows_are_marked(desk: Desk, one_of_each: dict[str, Case], omar: User) -> None:
    page = desk(omar).get(reverse("queue"), {"view": "competence"})
    marks = [(row.countdown.level, row.countdown.words, row.tag) for row in page.context["rows"]]
    assert marks == [("late", "late by 4 working days", "bad"), ("soon", "2 working days left", "warn")]


def test_pages_follow_each_other_without_a_gap_or_a_repetition(
    desk: Desk, file_case: FileCase, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "PAGE", 2)
    monkeypatch.setattr(queue_tabs, "PAGE", 2)
    made = [file_case().reference for _ in range(5)]  # all with the same deadline: the key decides
    client, seen, address = desk(omar), [], reverse("queue")
    while address:
        page = client.get(address)
        seen.append([row.case.reference for row in page.context["rows"]])
        address = reverse("queue") + page.context["next"] if page.context["next"] else ""
    assert seen == [made[:2], made[2:4], made[4:]]


def test_closed_cases_stand_newest_first_page_by_page(
    desk: Desk, file_case: FileCase, omar: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "PAGE", 2)
    monkeypatch.setattr(queue_tabs, "PAGE", 2)
    made = [file_case() for _ in range(3)]
    for hours, case in enumerate(made):
        accept(case, by=omar, at=now, days=2)
        close(case, by=omar, at=now + timedelta(hours=hours), outcome="solved", found=FOUND, done=DONE)
    client = desk(omar)
    first = client.get(reverse("queue"), {"view": "closed"})
    assert [row.case.pk for row in first.context["rows"]] == [made[2].pk, made[1].pk]
    second = client.get(reverse("queue") + first.context["next"])
    assert [row.case.pk for row in second.context["rows"]] == [made[0].pk]


@pytest.mark.parametrize(
    "after", ["x", "1-", "-1", "9" * 40, "1767600000000000-" + "9" * 30, "٣-٤", "9999999999999999-1"]
)
def test_a_mark_that_cannot_be_read_gives_a_page(desk: Desk, referred: Case, omar: User, after: str) -> None:
    assert desk(omar).get(reverse("queue"), {"after": after}).status_code == 200
    assert desk(omar).get(reverse("queue"), {"q": "مياه", "after": after}).status_code == 200


def test_a_hidden_name_is_not_in_the_agencys_list_but_in_the_units(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen
) -> None:
    file_case(hides_identity=True)
    ours = desk(omar).get(reverse("queue")).content.decode()
    theirs = desk(lina).get(reverse("queue")).content.decode()
    assert (amina.short_name in ours, "Name withheld" in ours) == (False, True)
    assert (amina.short_name in theirs, "Name withheld" in theirs) == (True, False)


def test_nobody_sees_a_case_of_the_own_person(
    desk: Desk, file_case: FileCase, omar: User, amina: Citizen, karim: Citizen
) -> None:
    file_case()
    others = file_case(citizen=karim)
    omar.person = amina
    omar.save(update_fields=["person"])
    assert queue(desk(omar)) == [others.reference]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_row_and_for_three(
    desk: Desk, file_case: FileCase, omar: User, rows: int
) -> None:
    for _ in range(rows):
        file_case()
    client, taken = desk(omar), []
    # The first page of a session also writes that it is alive, and the first search reads the statistics.
    client.get(reverse("queue"), {"q": "مياه"})
    for asked in ASKED:
        with CaptureQueriesContext(connection) as statements:
            page = client.get(reverse("queue"), asked)
        # A list without rows does not ask which of them are new.
        taken.append((asked, len(statements) + (not page.context["rows"])))
    # A search asks for its keys too.
    assert taken == [(asked, MOST_STATEMENTS + ("q" in asked)) for asked in ASKED]


def test_strangers_are_told_that_there_is_no_queue(desk: Desk, amina: Citizen, sami: User) -> None:
    assert desk(amina).get(reverse("queue")).status_code == 404
    assert desk(sami).get(reverse("queue")).status_code == 404


def test_visitors_are_shown_the_staff_door(client: Client, db: None) -> None:
    answer = client.get(reverse("queue"))
    assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("staff-sign-in"))
