"""The page of confused topics: from, to, how many, of which agencies, with samples."""

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import User
from agencies.models import Topic
from complaints.actions import classify
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.pages import Clock, Desk, statements_of


def test_corrections_are_counted_by_pair_with_agencies_and_samples(
    desk: Desk, file_case: FileCase, outage: Topic, lina: User, omar: User, now: datetime, clock: Clock
) -> None:
    topics = [make_topic(f"t{n}", f"موضوع {n}", f"Topic {n}", parent=outage.parent) for n in range(3)]
    praise = make_topic("thanks", "شكر", "Thanks", parent=outage.parent, kinds=["praise"])
    url = reverse("confusions")
    page = desk(lina).get(url)
    assert (page.context["rows"], "Nothing was corrected" in page.content.decode()) == ([], True)
    for _ in range(2):
        classify(file_case(), by=omar, at=now, topic=topics[0], kind="complaint")
    one = statements_of(desk(lina), url)
    lone = file_case(agency=None)
    classify(lone, by=lina, at=now, topic=praise, kind="praise")
    classify(file_case(), by=omar, at=now, topic=topics[1], kind="complaint")
    rows = desk(lina).get(url).context["rows"]
    assert [(row.before, row.after, row.number, row.agencies) for row in rows] == [
        ("Water outage", "Topic 0", 2, [("Jordan Water Company", 2)]),
        ("Water outage", "Topic 1", 1, [("Jordan Water Company", 1)]),
        ("Water outage", "Thanks", 1, []),
    ]
    assert rows[0].kinds is None
    assert {row.kinds for row in rows[1:]} == {None, ("Complaint", "Praise")}
    assert [len(row.samples) for row in rows] == [2, 1, 1]
    assert statements_of(desk(lina), url) == one
    clock.pass_(days=40)
    assert desk(lina).get(url, {"days": "30"}).context["rows"] == []
    assert len(desk(lina).get(url, {"days": "x"}).context["rows"]) == 3
    assert desk(omar).get(url).status_code == 404


@pytest.mark.usefixtures("clock")
def test_agencies_with_equally_many_corrections_stand_in_one_order(
    desk: Desk, file_case: FileCase, outage: Topic, lina: User, omar: User, yusuf: User, now: datetime
) -> None:
    topic = make_topic("t0", "موضوع", "Topic", parent=outage.parent)
    officers = sorted(((user.memberships.get().agency, user) for user in (omar, yusuf)), key=lambda pair: pair[0].pk)
    for agency, officer in officers:
        classify(file_case(agency=agency), by=officer, at=now, topic=topic, kind="complaint")
    (row,) = desk(lina).get(reverse("confusions")).context["rows"]
    assert row.agencies == [(agency.name, 1) for agency, _officer in officers]
