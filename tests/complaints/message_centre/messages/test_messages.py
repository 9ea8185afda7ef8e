"""The list of messages: who sees it, what it lists, and what it costs."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from complaints.case_text.messages import NAMES
from complaints.models import Case
from notifications import alarms
from notifications.models import (
    AlarmKind,
    CallTask,
    DailySpend,
    Message,
    MessageState,
)
from notifications.wordings import WORDINGS
from tests.complaints.cases import FileCase
from tests.complaints.message_centre.messages.browsing import listed
from tests.complaints.message_states import MakeMessage, put, told
from tests.complaints.pages import Desk
from tests.ui.bidi import reversed_numbers

MOST_STATEMENTS = 10


# ---- who ----


@pytest.mark.parametrize("who", ["omar", "nadia", "yusuf", "sami", "amina"])
def test_nobody_else_finds_a_page_of_messages(
    desk: Desk, referred: Case, request: pytest.FixtureRequest, who: str
) -> None:
    client, message = desk(request.getfixturevalue(who)), told(referred)
    pages = [reverse("messages"), reverse("message", args=[message.pk]), reverse("messages-release")]
    assert [client.get(url).status_code for url in pages] == [404, 404, 404]
    assert [client.post(url, {"decision": "release"}).status_code for url in pages] == [404, 404, 404]


def test_a_message_that_does_not_exist_is_not_there(desk: Desk, lina: User) -> None:
    assert desk(lina).get(reverse("message", args=[uuid4()])).status_code == 404


# ---- the list ----


def test_each_part_lists_its_states(desk: Desk, make_message: MakeMessage, lina: User) -> None:
    made = {state: put(make_message(place), state) for place, state in enumerate(MessageState)}
    assert {view: {message.state for message in listed(desk, lina, view=view)} for view in ("waiting", "unknown")} == {
        "waiting": {"pending", "sending"},
        "unknown": {"unknown"},
    }
    assert {message.state for message in listed(desk, lina, view="failed")} == {"undeliverable", "expired"}
    assert {message.state for message in listed(desk, lina, view="sent")} == {"accepted", "delivered"}
    assert len(listed(desk, lina, view="all")) == len(made) == 8
    assert listed(desk, lina, view="what?") == listed(desk, lina) == listed(desk, lina, view="waiting")


def test_what_waits_longest_comes_first_and_of_the_rest_the_newest(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    made = [make_message(number, created_at=now - timedelta(minutes=number)) for number in range(3)]
    assert listed(desk, lina) == made[::-1]
    assert listed(desk, lina, view="all") == made


def test_the_list_is_narrowed_by_channel_and_lane(desk: Desk, make_message: MakeMessage, lina: User) -> None:
    sms, email = make_message(1), make_message(2, channel="email", address="amina@home.example")
    code = make_message(3, template="code", lane="codes", recipient="code:1")
    assert set(listed(desk, lina, channel="sms")) == {sms, code}
    assert listed(desk, lina, channel="email") == [email]
    assert listed(desk, lina, lane="codes") == [code]
    assert set(listed(desk, lina, channel="pigeon", lane="fast")) == {sms, email, code}


def test_a_search_leads_to_the_messages_about_a_case(
    desk: Desk, referred: Case, make_message: MakeMessage, lina: User
) -> None:
    make_message()
    spaced = f"{referred.reference[:2]} {referred.reference[2:6]} {referred.reference[6:]}"
    answer = desk(lina).post(reverse("messages"), {"number": spaced})
    assert (answer.status_code, answer.url) == (302, f"{reverse('messages')}?view=all&ref={referred.reference}")
    found = desk(lina).get(answer.url).context["rows"]
    assert {row.message.reference for row in found} == {referred.reference}
    assert told(referred) in [row.message for row in found]


@pytest.mark.parametrize("typed", ["", "9902103456", "0790001234", "2604821735", "x" * 40])
def test_what_is_no_tracking_number_stays_out_of_the_address(desk: Desk, lina: User, typed: str) -> None:
    answer = desk(lina).post(reverse("messages"), {"number": typed})
    assert (answer.status_code, list(answer.context["search"].errors)) == (200, ["number"])


def test_a_page_holds_twenty_five_and_leads_to_the_next(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    made = [make_message(number, created_at=now - timedelta(seconds=number // 2)) for number in range(27)]
    for view in ("waiting", "all"):
        first = desk(lina).get(reverse("messages"), {"view": view})
        second = desk(lina).get(reverse("messages") + first.context["next"])
        both = [row.message for answer in (first, second) for row in answer.context["rows"]]
        assert (len(first.context["rows"]), len(second.context["rows"]), second.context["next"]) == (25, 2, "")
        assert (set(both), len(both)) == (set(made), 27)
    assert len(listed(desk, lina, after="x")) == 25


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(
    desk: Desk, file_case: FileCase, make_message: MakeMessage, lina: User, count: int
) -> None:
    for number in range(count):
        case = file_case(subject=f"انقطاع {number}")
        first = put(told(case), "undeliverable", settled_at=case.filed_at)
        make_message(number, repeats=first, reference=case.reference, channel="email", state="accepted")
        CallTask.objects.create(message=first)
        DailySpend.objects.get_or_create(channel="sms", on=case.filed_at.date())
        alarms.raise_alarm(AlarmKind.UNDECIDED, str(uuid4()))
    client = desk(lina)
    client.get(reverse("messages"))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(reverse("messages"), {"view": "failed"})
    assert len(answer.context["rows"]) == count
    assert [row.delivery.follows for row in answer.context["rows"]] == [
        "We sent it by e-mail instead. The contact centre will call the person."
    ] * count
    assert len(captured) == MOST_STATEMENTS


def test_every_message_has_a_name() -> None:
    assert {template for words in WORDINGS.values() for template in words} - set(NAMES) == set()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_number_is_turned_round(desk: Desk, full_house: Message, lina: User, language: str) -> None:
    for url in (reverse("messages"), reverse("message", args=[full_house.pk])):
        shown = desk(lina).get(url.replace("/en/", f"/{language}/")).content.decode()
        assert reversed_numbers(shown) == []


# ---- decisions ----


def test_what_was_never_meant_to_leave_is_neither_counted_nor_found(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    """The notice to the owner of a number that nobody owns: sent again it would tell a stranger what is not so."""
    never = make_message(template="already_registered", recipient="nobody:1", state="expired", expires_at=now)
    late = make_message(2, state="expired", tries=1, expires_at=now + timedelta(minutes=1), settled_at=now)
    answer = desk(lina).get(reverse("messages"), {"view": "failed"})
    assert ([row.message for row in answer.context["rows"]], answer.context["figures"].failed) == ([late], 1)
    assert desk(lina).get(reverse("message", args=[never.pk])).status_code == 404
