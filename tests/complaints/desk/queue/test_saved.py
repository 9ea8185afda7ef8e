"""Saved filters: kept, shared, counted, opened when part of them is gone, and deleted by whom."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from agencies.models import Agency, Topic
from complaints.desk import queue_lists
from complaints.models import Case, SavedFilter
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk


def save(client: Client, name: str = "تسربات", **asked: object) -> SavedFilter | None:
    answer = client.post(reverse("queue-save-filter"), {"name": name, **asked})
    assert answer.status_code == 302
    return SavedFilter.objects.filter(name=name).first()


def lines(client: Client) -> list[tuple[str, int | None, bool]]:
    page = client.get(reverse("queue"))
    return [(line.saved.name, line.count, line.may_delete) for line in page.context["saved_filters"]]


def test_a_view_is_kept_with_its_filters_and_counted(desk: Desk, file_case: FileCase, omar: User, leak: Topic) -> None:
    file_case(topic=leak)
    file_case()
    client = desk(omar)
    kept = save(client, view="competence", topic=leak.pk, sort="newest")
    assert kept is not None
    assert kept.query == {"view": "competence", "sort": "newest", "topic": str(leak.pk)}
    assert lines(client) == [("تسربات", 1, True)]


def test_its_link_shows_what_was_saved(desk: Desk, file_case: FileCase, omar: User, leak: Topic) -> None:
    wanted, _other = file_case(topic=leak), file_case()
    client = desk(omar)
    save(client, topic=leak.pk)
    (line,) = client.get(reverse("queue")).context["saved_filters"]
    page = client.get(reverse("queue") + line.address)
    assert [row.case.reference for row in page.context["rows"]] == [wanted.reference]
    assert [line.is_current for line in page.context["saved_filters"]] == [True]


def test_only_the_owner_finds_a_private_one_and_the_desk_a_shared_one(
    desk: Desk, referred: Case, omar: User, hana: User, yusuf: User, lina: User, water: Agency
) -> None:
    client = desk(omar)
    save(client, "لي")
    save(client, "لنا", shared=water.pk)
    assert lines(client) == [("لنا", 1, True), ("لي", 1, True)]
    assert lines(desk(hana)) == [("لنا", 1, False)]
    assert lines(desk(yusuf)) == []
    assert lines(desk(lina)) == []


def test_nothing_is_shared_with_an_agency_that_is_not_ones_own(desk: Desk, omar: User, gam: Agency) -> None:
    assert save(desk(omar), shared=gam.pk) is None


@pytest.mark.parametrize("gone", ["deactivated", "deleted"])
def test_one_whose_topic_is_gone_opens_and_says_so(
    desk: Desk, referred: Case, omar: User, leak: Topic, gone: str
) -> None:
    client = desk(omar)
    save(client, topic=leak.pk, kind="complaint")
    if gone == "deleted":
        leak.delete()
    else:
        Topic.objects.filter(pk=leak.pk).update(is_active=False)
    assert lines(client) == [("تسربات", None, True)]
    (line,) = client.get(reverse("queue")).context["saved_filters"]
    page = client.get(reverse("queue") + line.address)
    assert page.status_code == 200
    assert list(page.context["query"].dropped_filters) == ["Topic"]
    assert [row.case.reference for row in page.context["rows"]] == [referred.reference]
    assert "It was left out, so you may see more cases than before:" in page.content.decode()


@pytest.mark.parametrize("query", [{}, {"topic": None}, {"view": "nowhere", "sort": 7, "x": [1]}, {"officer": "'"}, []])
def test_one_that_holds_nonsense_hinders_nobody(
    desk: Desk, referred: Case, omar: User, now: datetime, query: object
) -> None:
    SavedFilter.objects.create(owner=omar, name="x", query=query, made_at=now)
    assert desk(omar).get(reverse("queue")).status_code == 200


def test_the_same_name_replaces_what_had_it(desk: Desk, omar: User) -> None:
    client = desk(omar)
    save(client, kind="praise")
    kept = save(client, kind="inquiry")
    assert SavedFilter.objects.count() == 1
    assert kept is not None
    assert kept.query["kind"] == "inquiry"


def test_beyond_twenty_none_is_kept(desk: Desk, omar: User, now: datetime) -> None:
    for number in range(queue_lists.MOST):
        queue_lists.save_filter(omar, at=now, name=str(number), query={})
    client = desk(omar)
    assert save(client, "one more") is None
    assert "You already have 20 saved filters, which is the maximum." in client.get(reverse("queue")).content.decode()
    assert save(client, "7", kind="praise") is not None


@pytest.mark.parametrize("name", ["", "  ", "ا" * 81, "a\u202eb"])
def test_a_name_that_is_none_is_refused_with_a_sentence(desk: Desk, omar: User, name: str) -> None:
    client = desk(omar)
    page = client.post(reverse("queue-save-filter"), {"name": name}, follow=True)
    assert page.status_code == 200
    assert SavedFilter.objects.count() == 0
    assert len(page.context["messages"]) == 1


def test_its_owner_and_for_a_shared_one_the_supervisor_delete_it(
    desk: Desk, omar: User, hana: User, nadia: User, water: Agency, now: datetime
) -> None:
    private = queue_lists.save_filter(omar, at=now, name="لي", query={})
    shared = queue_lists.save_filter(omar, at=now, name="لنا", query={}, agency=water.pk)
    for user, one, is_gone in (
        (hana, shared, False),
        (nadia, private, False),
        (nadia, shared, True),
        (omar, private, True),
    ):
        answer = desk(user).post(reverse("queue-delete-filter"), {"saved": one.pk})
        assert answer.status_code == 302
        assert SavedFilter.objects.filter(pk=one.pk).exists() is not is_gone


@pytest.mark.parametrize("key", ["", "x", "-1", "٣", "9" * 30])
def test_deleting_what_is_not_there_says_so(desk: Desk, omar: User, key: str) -> None:
    page = desk(omar).post(reverse("queue-delete-filter"), {"saved": key}, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["This saved filter no longer exists."]


@pytest.mark.parametrize("number", [1, 3])
def test_saved_filters_cost_no_statement_each(
    desk: Desk, referred: Case, omar: User, now: datetime, number: int
) -> None:
    for place in range(number):
        queue_lists.save_filter(omar, at=now, name=str(place), query={"kind": "complaint"})
    client = desk(omar)
    client.get(reverse("queue"))
    with CaptureQueriesContext(connection) as statements:
        client.get(reverse("queue"))
    assert len(statements) == 7
