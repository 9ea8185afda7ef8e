"""What stands on the pages of a case about its messages: for staff, and for its citizen in plain words."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.actions import accept
from complaints.case_text import messages
from complaints.models import Case
from notifications.models import CallTask, Message
from tests.complaints.cases import FileCase
from tests.complaints.message_states import MakeMessage, put, told
from tests.complaints.pages import Desk, told_on
from tests.prepared_rows import prepared
from tests.ui.bidi import reversed_numbers

pytestmark = pytest.mark.usefixtures("clock", "english")

DESK_STATEMENTS = 14
CITIZEN_STATEMENTS = 5


def on_desk(desk: Desk, person: User, case: Case):
    return desk(person).get(reverse("desk-case", args=[case.reference]))


def on_own(desk: Desk, person: Citizen, case: Case):
    return desk(person).get(reverse("case", args=[case.reference]))


#: state, what else the row says, then what staff and the citizen read: word, sentence, whether a moment ends it.
STATES = [
    ("pending", {}, ("Waiting", "It is about to be sent.", False), ("Waiting", "It is about to be sent.", False)),
    ("sending", {}, ("Being sent", "", False), ("Being sent", "", False)),
    (
        "accepted",
        {"accepted_at": "now"},
        ("Sent to carrier", "", True),
        ("Sent", "", True),
    ),
    ("accepted", {}, ("Sent to carrier", "", False), ("Sent", "", False)),
    (
        "delivered",
        {"settled_at": "now"},
        ("Delivered", "", True),
        ("Delivered", "", True),
    ),
    (
        "undeliverable",
        {"settled_at": "now"},
        ("Not delivered", "Known since", True),
        ("Not delivered", "", False),
    ),
    (
        "unknown",
        {},
        ("Not certain", "We have been checking with the carrier since", True),
        ("Not certain", "We do not know yet whether it arrived. We are checking.", False),
    ),
    (
        "unknown",
        {"unsure_since": "long ago"},
        ("Not certain", "Staff must decide whether the carrier accepted it. Open since", True),
        ("Not certain", "We do not know yet whether it arrived. We are checking.", False),
    ),
    (
        "expired",
        {"settled_at": "now"},
        ("Not sent", "It could not be sent in time and is no longer needed.", False),
        ("Not sent", "It could not be sent in time and is no longer needed.", False),
    ),
]


@pytest.mark.parametrize("told_representatives", STATES)
def test_each_state_is_told_in_plain_words(
    desk: Desk, referred: Case, omar: User, amina: Citizen, now: datetime, told_representatives: tuple[Any, ...]
) -> None:
    state, more, *expected = told_representatives
    moments = {"now": now, "long ago": now - timedelta(hours=3)}
    put(told(referred), state, **{name: moments[value] for name, value in more.items()})
    (line,) = told_on(on_desk(desk, omar, referred))
    (notice,) = on_own(desk, amina, referred).context["notices"]
    assert [(fate.word, fate.text, fate.at is not None) for fate in (line.delivery, notice.delivery)] == expected


def test_what_was_overtaken_is_shown_to_staff_alone(desk: Desk, referred: Case, omar: User, amina: Citizen) -> None:
    put(told(referred), "cancelled", settled_at=referred.filed_at)
    (line,) = told_on(on_desk(desk, omar, referred))
    assert (line.delivery.word, line.delivery.text) == ("Superseded", "No longer needed since")
    assert on_own(desk, amina, referred).context["notices"] == []


MORNING = datetime(2026, 1, 5, 8, 0, tzinfo=ZoneInfo("Asia/Amman"))
HELD_UP = "Sending is delayed at the moment. The message will be sent automatically."


@pytest.mark.parametrize(
    ("later", "until", "words"),
    [
        (10, None, HELD_UP),
        (11, MORNING, "We do not send this message at night. It will be sent on"),
        (21.9, MORNING, "We do not send this message at night. It will be sent on"),
        (22, None, "It is about to be sent."),
    ],
)
def test_a_message_waits_for_the_morning_in_the_night_alone(
    referred: Case, now: datetime, settings: Any, later: float, until: datetime | None, words: str
) -> None:
    settings.QUIET_HOURS = "21:00-08:00"
    message, at = put(told(referred), "pending", daytime=True), now + timedelta(hours=later)
    assert [fate.at for fate in (messages.for_staff(message, at=at), messages.for_citizen(message, at=at))] == [
        until
    ] * 2
    assert messages.for_citizen(message, at=at).text == words


@pytest.mark.parametrize(("later", "words"), [(119, "It is about to be sent."), (120, HELD_UP)])
def test_what_could_have_left_two_minutes_ago_is_said_to_be_held_up(
    referred: Case, now: datetime, settings: Any, later: int, words: str
) -> None:
    settings.QUIET_HOURS = "21:00-08:00"
    message = put(told(referred), "pending", daytime=True, created_at=now)
    at = now + timedelta(seconds=later)
    assert [messages.for_staff(message, at=at).text, messages.for_citizen(message, at=at).text] == [words] * 2
    # Of a night it counts from the morning.
    message = put(message, "pending", created_at=MORNING - timedelta(hours=9))
    at = MORNING + timedelta(seconds=later)
    assert [messages.for_staff(message, at=at).text, messages.for_citizen(message, at=at).text] == [words] * 2


def test_an_urgent_message_and_an_email_wait_for_no_morning(referred: Case, now: datetime, settings: Any) -> None:
    settings.QUIET_HOURS = "21:00-08:00"
    night = now + timedelta(hours=13)
    message = put(told(referred), "pending", daytime=False)
    assert messages.for_staff(message, at=night).text == HELD_UP
    message = put(message, "pending", daytime=True, channel="email")
    assert messages.for_staff(message, at=night).text == HELD_UP


def test_of_several_reasons_to_wait_the_longest_is_told(referred: Case, now: datetime) -> None:
    soon, later = now + timedelta(minutes=5), now + timedelta(hours=5)
    message = put(told(referred), "pending", not_before=soon, next_try_at=later)
    assert [fate.at for fate in (messages.for_staff(message, at=now), messages.for_citizen(message, at=now))] == [
        later
    ] * 2
    message = put(message, "pending", not_before=later, next_try_at=soon)
    assert messages.for_citizen(message, at=now).text == "It will be sent on"
    assert messages.for_citizen(message, at=later).text == "It is about to be sent."


def test_what_went_by_another_way_is_said_with_the_first(
    desk: Desk, referred: Case, omar: User, amina: Citizen, make_message: MakeMessage, now: datetime
) -> None:
    first = put(told(referred), "undeliverable", settled_at=now)
    second = make_message(
        occasion=first.occasion, template=first.template, channel="email", address="amina@home.example",
        reference=first.reference, repeats=first, created_at=now + timedelta(minutes=1), state="undeliverable",
    )  # fmt: skip
    CallTask.objects.create(message=second)
    lines = told_on(on_desk(desk, omar, referred))
    assert [(line.about, line.channel, line.address, line.delivery.follows) for line in lines] == [
        ("Filed", "E-mail", "a•••@home.example", "The contact centre will call the person."),
        ("Filed", "SMS", "079 ••• ••34", "We sent it by e-mail instead."),
    ]
    notices = on_own(desk, amina, referred).context["notices"]
    assert [(notice.way, notice.delivery.follows) for notice in notices] == [
        ("E-mail", "We will call you."),
        ("SMS", "We sent it by e-mail instead."),
    ]


def test_what_arrived_and_was_said_by_another_way_was_not_replaced(
    desk: Desk, referred: Case, omar: User, amina: Citizen, make_message: MakeMessage, now: datetime
) -> None:
    first = put(told(referred), "delivered", settled_at=now)
    make_message(
        occasion=f"{first.occasion}#2", template=first.template, channel="email", address="amina@home.example",
        reference=first.reference, repeats=first, created_at=now + timedelta(minutes=1),
    )  # fmt: skip
    lines = told_on(on_desk(desk, omar, referred))
    assert [line.delivery.follows for line in lines] == ["", "We sent it by e-mail too."]
    notices = on_own(desk, amina, referred).context["notices"]
    assert [notice.delivery.follows for notice in notices] == ["", "We sent it by e-mail too."]


def test_what_was_sent_once_more_stands_below_its_deed(
    desk: Desk, referred: Case, omar: User, make_message: MakeMessage, now: datetime
) -> None:
    first = put(told(referred), "delivered", settled_at=now)
    make_message(
        occasion=f"{first.occasion}#2", template=first.template, reference=first.reference, repeats=first,
        created_at=now + timedelta(minutes=1),
    )  # fmt: skip
    accept(referred, by=omar, at=now + timedelta(minutes=2), days=3)
    lines = told_on(on_desk(desk, omar, referred))
    assert [(line.about, line.delivery.follows) for line in lines] == [
        ("Accepted: answer by 7/1/2026", ""),
        ("Filed", ""),
        ("Filed", "We sent it again."),
    ]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ({}, "We will call you."),
        ({"tries": 1}, "We called you and got no answer. We will call again."),
        ({"outcome": "reached"}, "We told you by phone."),
        (
            {"outcome": "wrong_number"},
            "We called, but the number we have is not yours. Please correct it in your account.",
        ),
    ],
)
def test_the_citizen_reads_of_the_call(
    desk: Desk, referred: Case, amina: Citizen, now: datetime, task: dict[str, object], words: str
) -> None:
    done = {"done_at": now, "done_by": "user:1"} if "outcome" in task else {}
    CallTask.objects.create(message=put(told(referred), "undeliverable", settled_at=now), **task, **done)
    page = on_own(desk, amina, referred)
    assert [notice.delivery.follows for notice in page.context["notices"]] == [words]
    assert words in page.content.decode()


def test_the_address_is_masked_and_withheld_with_the_name(
    desk: Desk, file_case: FileCase, omar: User, lina: User, amina: Citizen
) -> None:
    case = file_case(hides_identity=True)
    ours, theirs = (on_desk(desk, person, case).content.decode() for person in (omar, lina))
    assert ["079 ••• ••34" in page for page in (ours, theirs)] == [False, True]
    assert ["790001234" in page for page in (ours, theirs)] == [False, False]
    assert "079" not in on_own(desk, amina, case).content.decode().split("Messages we sent you")[1].split("</aside>")[0]


def test_no_address_of_staff_stands_on_the_case(desk: Desk, referred: Case, lina: User, omar: User) -> None:
    assert Message.objects.filter(reference=referred.reference, recipient=f"user:{omar.pk}").exists()
    page = on_desk(desk, lina, referred)
    assert len(told_on(page)) == 1
    assert [text in page.content.decode() for text in (omar.email, "0790100001", "079 ••• ••01")] == [False] * 3


def test_the_unit_and_operators_alone_get_to_the_message(desk: Desk, referred: Case, lina: User, omar: User) -> None:
    link = reverse("message", args=[told(referred).pk])
    assert [link in on_desk(desk, person, referred).content.decode() for person in (lina, omar)] == [True, False]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_number_is_turned_round(
    desk: Desk, referred: Case, omar: User, amina: Citizen, now: datetime, language: str
) -> None:
    put(told(referred), "delivered", settled_at=now)
    for person, name in ((omar, "desk-case"), (amina, "case")):
        url = reverse(name, args=[referred.reference]).replace("/en/", f"/{language}/")
        assert reversed_numbers(desk(person).get(url).content.decode()) == []


@pytest.fixture
@prepared
def repeat(referred: Case, make_message: MakeMessage, now: datetime) -> Callable[[int], None]:
    """Return a function that has a number of messages fail, be repeated, and end in a call."""

    def make(count: int) -> None:
        for number in range(count):
            first = make_message(number, reference=referred.reference, state="undeliverable")
            last = make_message(100 + number, reference=referred.reference, state="undeliverable", repeats=first)
            CallTask.objects.create(message=last)

    return make


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_and_three(
    desk: Desk, referred: Case, omar: User, amina: Citizen, repeat: Callable[[int], None], count: int
) -> None:
    repeat(count)
    counts = []
    for person, name in ((omar, "desk-case"), (amina, "case")):
        client, url = desk(person), reverse(name, args=[referred.reference])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
    assert counts == [DESK_STATEMENTS, CITIZEN_STATEMENTS]
