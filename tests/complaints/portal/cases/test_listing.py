"""The home page and the lists of a citizen's own cases."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from complaints import actions
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.portal.cases.browsing import QUESTION


def test_the_home_page_offers_a_visitor_four_kinds_and_the_door(client: Client) -> None:
    home = client.get("/ar/").content.decode()
    assert [f'href="/ar/new/{kind}/"' in home for kind in ("complaint", "suggestion", "inquiry", "praise")] == [
        True
    ] * 4
    assert f'href="{reverse("register")}"' in home
    assert "طلباتي الجارية" not in home


def test_staff_are_sent_to_their_desk(as_yusuf: Client) -> None:
    assert as_yusuf.get("/ar/").url == reverse("desk")


def test_the_home_page_shows_what_waits_and_the_two_newest_open_cases(
    as_amina: Client, asked: Case, file_case: FileCase, karim: Citizen, now: datetime
) -> None:
    newer = [file_case(at=now + timedelta(hours=n), subject=f"موضوع رقم {n}") for n in (2, 3)]
    file_case(citizen=karim, at=now + timedelta(hours=4))
    context = as_amina.get("/ar/").context
    assert context["waiting"] == asked
    assert [line.case for line in context["newest"]] == newer[::-1]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The Government Complaints Management Unit needs your answer"),
        ("ar", "وحدة إدارة الشكاوى الحكومية بانتظار إجابتكم"),
    ],
)
def test_the_home_page_names_the_unit_where_it_is_the_unit_that_asks(
    as_amina: Client, triaged: Case, lina: User, now: datetime, language: str, said: str
) -> None:
    actions.ask(triaged, by=lina, at=now, text=QUESTION)
    assert said in as_amina.get(f"/{language}/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_home_page_takes_at_most_ten_statements(
    as_amina: Client, asked: Case, file_case: FileCase, count: int, django_assert_max_num_queries
) -> None:
    for _ in range(count):
        file_case()
    as_amina.get("/ar/")
    with django_assert_max_num_queries(10):
        as_amina.get("/ar/")


def test_the_list_has_a_tab_for_open_and_one_for_closed_cases(
    as_amina: Client, closed: Case, file_case: FileCase, karim: Citizen
) -> None:
    still_open = file_case()
    file_case(citizen=karim)
    listed = [as_amina.get(f"/ar/cases/?tab={tab}").context["page"].rows for tab in ("open", "closed")]
    assert [[line.case for line in lines] for lines in listed] == [[still_open], [closed]]


def test_the_pages_of_the_list_follow_each_other_without_a_gap(
    as_amina: Client, file_case: FileCase, now: datetime
) -> None:
    # All in the same second: the key decides.
    made = [file_case(at=now).reference for _ in range(13)]
    first = as_amina.get("/ar/cases/")
    second = as_amina.get("/ar/cases/" + first.context["next_url"])
    shown = [line.case.reference for response in (first, second) for line in response.context["page"].rows]
    assert shown == made[::-1]
    assert (second.context["next_url"], second.context["first_url"]) == ("", "?tab=open")


@pytest.mark.parametrize("after", ["2600000000", "x", "' OR 1=1", "9" * 400])
def test_a_forged_mark_gives_the_first_page(as_amina: Client, referred: Case, after: str) -> None:
    lines = as_amina.get("/ar/cases/", {"after": after}).context["page"].rows
    assert [line.case for line in lines] == [referred]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_three_cases(
    as_amina: Client, file_case: FileCase, count: int, django_assert_num_queries
) -> None:
    for _ in range(count):
        file_case()
    as_amina.get("/ar/cases/")
    # Those cases are late by now: four statements say how much; one asks for whom the reader speaks.
    with django_assert_num_queries(10):
        as_amina.get("/ar/cases/")
