"""The page of messages: who sees it, what it counts and lists, what a person decides, and each of it once."""

import logging
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.case_text.message_names import NAMES
from complaints.message_centre.messages.figures import REMEDIES
from complaints.models import Case
from notifications import alarms
from notifications.addresses import address_status
from notifications.models import (
    AlarmKind,
    Attempt,
    CallTask,
    Channel,
    DailySpend,
    Hold,
    Message,
    MessageState,
    Outcome,
    ProviderRoute,
    Receipt,
    Verdict,
)
from notifications.sending import hold
from notifications.wordings import WORDINGS
from tests.cast import sign_in
from tests.complaints.conftest import FileCase
from tests.complaints.desk.conftest import Clock, Desk
from tests.complaints.messages.conftest import MakeMessage, put, told
from tests.ui.bidi import reversed_numbers

MOST_STATEMENTS = 11


def page(desk: Desk, person: User, **query: object) -> str:
    return desk(person).get(reverse("messages"), query).content.decode()


def listed(desk: Desk, person: User, **query: object) -> list[Message]:
    return [row.message for row in desk(person).get(reverse("messages"), query).context["rows"]]


def decide(desk: Desk, person: User, message: Message, deed: str, *, seen: str | None = None):
    """Press a button of a message's page as it stands, or as it stood when it was ``seen``."""
    client = desk(person)
    url = reverse("message", args=[message.pk])
    mark = seen if seen is not None else client.get(url).context["shown"].mark
    return client.post(url, {"deed": deed, "seen": mark})


def buttons(desk: Desk, person: User, message: Message) -> list[str]:
    return [name for name, _deed in desk(person).get(reverse("message", args=[message.pk])).context["deeds"]]


# ---- who ----


@pytest.mark.parametrize("who", ["omar", "nadia", "yusuf", "sami", "amina"])
def test_nobody_else_finds_a_page_of_messages(
    desk: Desk, referred: Case, request: pytest.FixtureRequest, who: str
) -> None:
    client, message = desk(request.getfixturevalue(who)), told(referred)
    pages = [reverse("messages"), reverse("message", args=[message.pk]), reverse("messages-release")]
    assert [client.get(url).status_code for url in pages] == [404, 404, 404]
    assert [client.post(url, {"deed": "release"}).status_code for url in pages] == [404, 404, 404]


def test_a_message_that_does_not_exist_is_not_there(desk: Desk, lina: User) -> None:
    assert desk(lina).get(reverse("message", args=[uuid4()])).status_code == 404


def test_nobody_handles_a_message_of_ones_own(desk: Desk, referred: Case, lina: User, amina: Citizen) -> None:
    message = told(referred)
    lina.person = amina
    lina.save(update_fields=["person"])
    assert listed(desk, lina, view="all") == []
    assert desk(lina).get(reverse("message", args=[message.pk])).status_code == 404
    assert desk(lina).post(reverse("message", args=[message.pk]), {"deed": "release"}).status_code == 404


def test_whoever_may_see_the_case_reads_the_words(desk: Desk, referred: Case, lina: User, amina: Citizen) -> None:
    message = told(referred)
    shown = desk(lina).get(reverse("message", args=[message.pk])).content.decode()
    assert [text in shown for text in (message.body, amina.short_name, "079 ••• ••34")] == [True, True, True]
    assert [number in shown for number in (amina.phone, "790001234")] == [False, False]


def test_an_operator_reads_neither_the_words_nor_the_name(
    desk: Desk, referred: Case, adel: User, amina: Citizen
) -> None:
    message = told(referred)
    shown = desk(adel).get(reverse("message", args=[message.pk])).content.decode()
    assert "Its words are shown only to those who may see the case" in shown
    hidden = (message.body, message.token, amina.first_name, amina.family_name, referred.subject, amina.phone)
    assert [str(text) in shown for text in hidden] == [False] * 6
    assert reverse("desk-case", args=[referred.reference]) not in shown


def test_a_code_is_shown_to_nobody(desk: Desk, make_message: MakeMessage, lina: User, adel: User) -> None:
    code = make_message(template="code", lane="codes", recipient="code:1", body="73519 رمزكم في بخدمتكم.")
    for person in (lina, adel):
        shown = desk(person).get(reverse("message", args=[code.pk])).content.decode()
        assert ("73519" in shown, "A code is shown to nobody but its owner" in shown) == (False, True)
        assert "73519" not in page(desk, person, view="all")
        assert buttons(desk, person, code) == []


def test_a_message_about_no_case_keeps_its_words_to_itself(desk: Desk, make_message: MakeMessage, lina: User) -> None:
    message = make_message()
    assert message.body not in desk(lina).get(reverse("message", args=[message.pk])).content.decode()


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
    assert [row.fate.follows for row in answer.context["rows"]] == [
        "We sent it by e-mail instead. The contact centre is to call the person."
    ] * count
    assert len(captured) == MOST_STATEMENTS


def test_every_message_has_a_name() -> None:
    assert {template for words in WORDINGS.values() for template in words} - set(NAMES) == set()


def test_every_alarm_says_what_to_do() -> None:
    assert set(REMEDIES) == set(AlarmKind)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_number_is_turned_round(desk: Desk, full_house: Message, lina: User, language: str) -> None:
    for url in (reverse("messages"), reverse("message", args=[full_house.pk])):
        shown = desk(lina).get(url.replace("/en/", f"/{language}/")).content.decode()
        assert reversed_numbers(shown) == []


# ---- figures ----


def test_the_counts_are_by_state_and_settled_ones_of_the_last_day(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    for place, state in enumerate(MessageState):
        put(make_message(place), state, settled_at=now)
        long_ago = now - timedelta(days=2)
        put(make_message(100 + place, created_at=long_ago), state, settled_at=long_ago)
    # Given up after three days of waiting for the carrier's word.
    put(make_message(200, created_at=now - timedelta(days=3)), "undeliverable", settled_at=now)
    figures = desk(lina).get(reverse("messages")).context["figures"]
    assert (figures.waiting, figures.unknown, figures.failed, figures.sent) == (4, 2, 3, 2)
    assert dict(figures.by_state)["delivered"] == 1


def test_the_oldest_is_the_one_that_could_leave(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    assert desk(lina).get(reverse("messages")).context["figures"].oldest == ""
    make_message(1, created_at=now - timedelta(hours=3))
    # "Now" is the database's there.
    make_message(2, created_at=now - timedelta(hours=9), next_try_at=datetime.now(now.tzinfo) + timedelta(hours=1))
    put(make_message(3, created_at=now - timedelta(days=9)), "delivered")
    assert desk(lina).get(reverse("messages")).context["figures"].oldest == "3 hours"


def test_the_spending_of_today_stands_beside_its_cap(desk: Desk, lina: User, now: datetime, settings: Any) -> None:
    settings.SMS_DAILY_CAP, settings.EMAIL_DAILY_CAP = 1000, 0
    DailySpend.objects.create(channel="sms", on=now.date(), spent=1000)
    DailySpend.objects.create(channel="sms", on=now.date() - timedelta(days=1), spent=5)
    sms, email = desk(lina).get(reverse("messages")).context["figures"].spending
    assert (sms.spent, sms.cap, sms.is_used_up) == (1000, 1000, True)
    assert (email.spent, email.cap, email.is_used_up) == (0, 0, False)


def test_a_stopped_line_is_said_to_be_stopped(desk: Desk, lina: User, now: datetime) -> None:
    lines = desk(lina).get(reverse("messages")).context["figures"].lines
    assert [line.is_open for line in lines] == [True, True]
    ProviderRoute.objects.create(
        channel="sms", carrier=lines[0].carrier, stopped_until=datetime.now(now.tzinfo) + timedelta(hours=1)
    )
    lines = desk(lina).get(reverse("messages")).context["figures"].lines
    assert [line.is_open for line in lines] == [False, True]


def test_an_open_alarm_says_what_to_do_and_leads_to_its_message(
    desk: Desk, referred: Case, lina: User, adel: User
) -> None:
    message = told(referred)
    alarms.raise_alarm(AlarmKind.UNDECIDED, str(message.pk))
    alarms.raise_alarm(AlarmKind.QUEUE_OLD)
    alarms.resolve(AlarmKind.QUEUE_OLD)
    for person in (lina, adel):
        troubles = desk(person).get(reverse("messages")).context["figures"].troubles
        assert [(one.alarm.kind, one.message_id) for one in troubles] == [("undecided", message.pk)]
        assert "look for it in the carrier" in page(desk, person)


def test_an_alarm_about_a_line_names_its_channel_in_words(desk: Desk, lina: User) -> None:
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    (trouble,) = desk(lina).get(reverse("messages")).context["figures"].troubles
    assert (trouble.channel, trouble.about, trouble.is_ended_by_people) == ("SMS", "twilio", False)


def test_an_alarm_of_something_past_is_ended_by_whoever_looked_into_it(
    desk: Desk, referred: Case, lina: User, adel: User
) -> None:
    alarms.raise_alarm(AlarmKind.LISTS_DIFFER, "twilio 2026-01-03")
    alarms.raise_alarm(AlarmKind.ROUTE_STOPPED, "sms twilio")
    past, line = alarms.open_alarms()
    assert page(desk, lina).count("end the alarm") == 1
    url = reverse("messages-end-alarm")
    answers = [desk(adel).post(url, {"alarm": number}).status_code for number in (past.pk, past.pk, line.pk, "x", "")]
    assert answers == [302, 302, 404, 404, 404]
    assert list(alarms.open_alarms()) == [line]


# ---- the hold ----


def test_a_hold_is_released_once(desk: Desk, adel: User, lina: User, caplog: pytest.LogCaptureFixture) -> None:
    assert "Sending is on hold" not in page(desk, adel)
    Hold.objects.create(database="elsewhere")
    alarms.raise_alarm(AlarmKind.ON_HOLD)
    assert ["Release sending" in page(desk, person) for person in (adel, lina)] == [True, True]
    with caplog.at_level(logging.WARNING):
        answer = desk(adel).post(reverse("messages-release"))
    assert (answer.status_code, answer.url, hold.current()) == (302, reverse("messages"), None)
    assert Hold.objects.get().ended_by == f"user:{adel.pk}"
    assert [
        vars(record).get("user_id")
        for record in caplog.records
        if record.name == "complaints.message_centre.messages.views"
    ] == [str(adel.pk)]
    again = desk(lina).post(reverse("messages-release"), follow=True)
    assert "Sending was not on hold any more." in again.content.decode()
    assert Hold.objects.get().ended_by == f"user:{adel.pk}"


# ---- one message ----


def test_the_tries_and_what_the_carrier_said_are_shown(desk: Desk, full_house: Message, lina: User) -> None:
    shown = re.sub(r"<[^>]+>|\s+", " ", desk(lina).get(reverse("message", args=[full_house.pk])).content.decode())
    for text in ("not known", "timeout", "SM" + "0" * 32, "twilio", "The carrier said:"):
        assert text in shown


def test_a_try_says_in_words_why_it_ended_and_the_message_what_is_held_against_its_address(
    desk: Desk, referred: Case, lina: User, amina: Citizen, now: datetime
) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    url = reverse("message", args=[message.pk])
    assert "It was never tried." in desk(lina).get(url).content.decode()
    for number, code in enumerate(("not in the list", "30005"), start=1):
        Attempt.objects.create(
            message=message, number=number, fence=number, carrier="twilio", ended_at=now, outcome=Outcome.REFUSED,
            error_code=code,
        )  # fmt: skip
    address_status.record(Channel.SMS, amina.phone, Verdict.DEAD)
    answer = desk(lina).get(url)
    shown = answer.context["shown"]
    assert [tried.reason for tried in shown.tries] == ["it is not in the carrier's list", ""]
    assert shown.held_against == "nothing arrives there"
    assert "30005" in answer.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_message_costs_the_same_for_one_and_three_tries(
    desk: Desk, referred: Case, make_message: MakeMessage, lina: User, now: datetime, count: int
) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    for number in range(1, count + 1):
        attempt = Attempt.objects.create(
            message=message, number=number, fence=number, carrier="twilio", ended_at=now, outcome=Outcome.REFUSED
        )
        Receipt.objects.create(carrier="twilio", provider_id=f"SM{number}", status="failed", attempt=attempt)
        make_message(number, repeats=message, reference=referred.reference)
    client, url = desk(lina), reverse("message", args=[message.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        shown = client.get(url).context["shown"]
    assert (len(shown.tries), len(shown.repetitions), len(captured)) == (count, count, 11)


def test_a_repetition_and_its_first_lead_to_each_other(
    desk: Desk, referred: Case, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    first = put(told(referred), "undeliverable", settled_at=now)
    again = make_message(repeats=first, reference=referred.reference, channel="email")
    for here, there in ((first, again), (again, first)):
        shown = desk(lina).get(reverse("message", args=[here.pk])).content.decode()
        assert f'href="{reverse("message", args=[there.pk])}"' in shown


# ---- decisions ----


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("pending", ["release"]),
        ("sending", []),
        ("unknown", ["decide_taken", "decide_not_taken", "call_instead"]),
        ("undeliverable", ["resend", "resend_by_other_channel", "call_instead"]),
        ("delivered", ["resend", "resend_by_other_channel", "call_instead"]),
        ("cancelled", []),
    ],
)
def test_only_what_is_possible_is_offered(
    desk: Desk, referred: Case, lina: User, adel: User, state: str, offered: list[str]
) -> None:
    message = put(told(referred), state)
    message.other_address = "amina@home.example"
    message.save(update_fields=["other_address"])
    assert [buttons(desk, person, message) for person in (lina, adel)] == [offered, offered]


def test_a_waiting_message_is_let_go(desk: Desk, referred: Case, adel: User, now: datetime) -> None:
    message = put(told(referred), "pending", daytime=True, not_before=now + timedelta(hours=9))
    assert decide(desk, adel, message, "release").url == reverse("message", args=[message.pk])
    message.refresh_from_db()
    assert (message.state, message.daytime, message.not_before) == ("pending", False, None)


def test_a_message_that_left_meanwhile_is_not_let_go(desk: Desk, referred: Case, lina: User) -> None:
    message = told(referred)
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["shown"].mark
    put(message, "accepted")
    answer = decide(desk, lina, message, "release", seen=mark)
    assert (answer.status_code, answer.context["shown"].fate.word) == (409, "Handed over")
    assert "This can no longer be done" in answer.content.decode()


def test_a_message_is_sent_once_more_once(desk: Desk, referred: Case, lina: User, now: datetime) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["shown"].mark
    assert decide(desk, lina, message, "resend", seen=mark).status_code == 302
    assert decide(desk, lina, message, "resend", seen=mark).status_code == 409
    (again,) = message.repetitions.all()
    assert (again.channel, again.address, again.template, again.state) == (
        "sms",
        message.address,
        "case_received",
        "pending",
    )


def test_a_message_is_sent_by_the_other_channel_once(desk: Desk, referred: Case, adel: User, now: datetime) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    message.other_address = "amina@home.example"
    message.save(update_fields=["other_address"])
    mark = desk(adel).get(reverse("message", args=[message.pk])).context["shown"].mark
    assert decide(desk, adel, message, "resend_by_other_channel", seen=mark).status_code == 302
    assert decide(desk, adel, message, "resend_by_other_channel", seen=mark).status_code == 409
    (again,) = message.repetitions.all()
    assert (again.channel, again.address) == ("email", "amina@home.example")


def test_without_another_address_there_is_no_other_channel(desk: Desk, referred: Case, lina: User) -> None:
    message = put(told(referred), "undeliverable", settled_at=referred.filed_at, other_address=None)
    assert decide(desk, lina, message, "resend_by_other_channel").status_code == 409
    assert message.repetitions.count() == 0


def test_the_contact_centre_gets_one_task(desk: Desk, referred: Case, lina: User) -> None:
    message = put(told(referred), "undeliverable", settled_at=referred.filed_at)
    assert decide(desk, lina, message, "call_instead").status_code == 302
    assert decide(desk, lina, message, "call_instead").status_code == 409
    assert CallTask.objects.get().message == message


def unsure(case: Case, now: datetime) -> Message:
    """Return the receipt of a case, of which the carrier may or may not have taken the only try."""
    message = put(told(case), "unknown", tries=1, fence=1)
    Attempt.objects.create(
        message=message, number=1, fence=1, carrier="embedded", wire_at=now, ended_at=now, outcome=Outcome.UNKNOWN
    )
    return message


@pytest.mark.parametrize(("deed", "state"), [("decide_taken", "accepted"), ("decide_not_taken", "pending")])
def test_an_unknown_message_is_decided_once(
    desk: Desk, referred: Case, lina: User, now: datetime, deed: str, state: str
) -> None:
    message = unsure(referred, now)
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["shown"].mark
    assert decide(desk, lina, message, deed, seen=mark).status_code == 302
    message.refresh_from_db()
    assert message.state == state
    assert [
        decide(desk, lina, message, other, seen=mark).status_code for other in ("decide_taken", "decide_not_taken")
    ] == [
        409,
        409,
    ]


@pytest.mark.parametrize("deed", ["", "delete", "possible", "_verb"])
def test_an_act_that_does_not_exist_is_not_there(desk: Desk, referred: Case, lina: User, deed: str) -> None:
    assert decide(desk, lina, told(referred), deed, seen="").status_code == 404


def test_a_decision_is_logged_with_ids_alone(
    desk: Desk, referred: Case, lina: User, amina: Citizen, caplog: pytest.LogCaptureFixture
) -> None:
    message = told(referred)
    with caplog.at_level(logging.INFO):
        decide(desk, lina, message, "release")
    (line,) = [vars(record) for record in caplog.records if record.name == "notifications.actions.decisions"]
    assert (line["message_id"], line["by"], line["decision"]) == (str(message.pk), f"user:{lina.pk}", "release")
    assert [amina.phone in str(value) for value in line.values()].count(True) == 0


def test_without_a_token_nothing_is_decided(referred: Case, lina: User) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), lina)
    answer = client.post(reverse("message", args=[told(referred).pk]), {"deed": "release"})
    assert answer.status_code == 403


def test_a_message_that_waits_for_the_morning_says_until_when(
    desk: Desk, referred: Case, lina: User, clock: Clock, settings: Any
) -> None:
    settings.QUIET_HOURS = "21:00-08:00"
    message = put(told(referred), "pending", daytime=True)
    clock.pass_(hours=13)
    fate = desk(lina).get(reverse("message", args=[message.pk])).context["shown"].fate
    assert (fate.word, fate.text, fate.at.isoformat()) == (
        "Waiting",
        "It wakes nobody at night. It is sent on",
        "2026-01-05T08:00:00+03:00",
    )


def test_what_was_never_meant_to_leave_is_neither_counted_nor_found(
    desk: Desk, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    """The notice to the owner of a number that nobody owns: sent again it would tell a stranger what is not so."""
    never = make_message(template="already_registered", recipient="nobody:1", state="expired", expires_at=now)
    late = make_message(2, state="expired", tries=1, expires_at=now + timedelta(minutes=1), settled_at=now)
    answer = desk(lina).get(reverse("messages"), {"view": "failed"})
    assert ([row.message for row in answer.context["rows"]], answer.context["figures"].failed) == ([late], 1)
    assert desk(lina).get(reverse("message", args=[never.pk])).status_code == 404
