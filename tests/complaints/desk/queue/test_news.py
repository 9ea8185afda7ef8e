"""The dot of the queue: what others changed since the reader last opened a case, for each reader alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from complaints.actions import accept, add, close
from complaints.escalation.expiry import discard_drafts
from complaints.models import Case, ReadMark
from complaints.models.annotations import NEWS_LASTS
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")
DOT = '<span class="vh">New: </span>'


def dotted(client: Client) -> list[bool]:
    """Return for each row of the queue, the oldest first, whether it has the dot."""
    page = client.get(reverse("queue"), {"view": "open", "sort": "oldest"}).content.decode()
    return [DOT in row for row in page.split('<tr role="row">')[2:]]


def test_a_case_is_new_until_it_is_opened_and_again_once_somebody_else_changes_it(
    desk: Desk, file_case: FileCase, omar: User, nadia: User, clock: Clock
) -> None:
    first, second = file_case(at=clock.at - timedelta(hours=2)), file_case(at=clock.at - timedelta(hours=1))
    his, hers = desk(omar), desk(nadia)
    told = {"at first": (dotted(his), dotted(hers))}
    his.get(address("desk-case", first))
    told["he opened one"] = (dotted(his), dotted(hers))
    clock.pass_(minutes=5)
    accept(first, by=omar, at=clock.at, days=3)
    told["he accepted it"] = (dotted(his), dotted(hers))
    hers.get(address("desk-case", first))
    clock.pass_(minutes=5)
    citizen = first.citizen.user
    assert citizen is not None
    add(Case.objects.get(pk=first.pk), by=citizen, at=clock.at, text="انقطعت المياه مرة أخرى هذا الصباح.")
    told["the citizen added"] = (dotted(his), dotted(hers))
    his.get(address("desk-case", first))
    told["he read it"] = (dotted(his), dotted(hers))
    clock.pass_(days=15)
    told["a fortnight later"] = (dotted(desk(omar)), dotted(desk(nadia)))
    assert told == {
        "at first": ([True, True], [True, True]),
        "he opened one": ([False, True], [True, True]),
        "he accepted it": ([False, True], [True, True]),
        "the citizen added": ([True, True], [True, True]),
        "he read it": ([False, True], [True, True]),
        "a fortnight later": ([False, False], [False, False]),
    }
    assert ReadMark.objects.count() == 2
    marks = ReadMark.objects.order_by("seen_at")
    discard_drafts(at=marks[0].seen_at + NEWS_LASTS)
    assert [mark.user_id for mark in marks.all()] == [omar.pk]
    assert second.version == 1


def test_a_closed_case_has_no_dot_and_the_dots_cost_one_statement(
    desk: Desk, file_case: FileCase, omar: User, nadia: User, clock: Clock
) -> None:
    case = file_case()
    accept(case, by=nadia, at=clock.at, days=2)
    close(case, by=nadia, at=clock.at, outcome="solved", found=FOUND, done=DONE)
    client = desk(omar)
    assert DOT not in client.get(reverse("queue"), {"view": "closed"}).content.decode()
    asked = []
    for _ in range(2):
        file_case()
        with CaptureQueriesContext(connection) as statements:
            assert any(dotted(client))
        asked.append(sum("complaints_readmark" in query["sql"] for query in statements))
    assert asked == [1, 1]
