"""What a person decides about a message: let go, sent again, called; each of it once."""

import logging
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.models import Case
from notifications.models import (
    Attempt,
    CallTask,
    Message,
    Outcome,
)
from tests.cast import sign_in
from tests.complaints.message_centre.messages.browsing import buttons, decide
from tests.complaints.message_states import put, told
from tests.complaints.pages import Desk


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
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["detail"].mark
    put(message, "accepted")
    answer = decide(desk, lina, message, "release", seen=mark)
    assert (answer.status_code, answer.context["detail"].delivery.word) == (409, "Sent to carrier")
    assert "This can no longer be done" in answer.content.decode()


def test_a_message_is_sent_once_more_once(desk: Desk, referred: Case, lina: User, now: datetime) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["detail"].mark
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
    mark = desk(adel).get(reverse("message", args=[message.pk])).context["detail"].mark
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
    mark = desk(lina).get(reverse("message", args=[message.pk])).context["detail"].mark
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
    (line,) = [vars(record) for record in caplog.records if record.name == "notifications.actions"]
    assert (line["message_id"], line["by"], line["decision"]) == (str(message.pk), f"user:{lina.pk}", "release")
    assert [amina.phone in str(value) for value in line.values()].count(True) == 0


def test_without_a_token_nothing_is_decided(referred: Case, lina: User) -> None:
    client = sign_in(Client(enforce_csrf_checks=True), lina)
    answer = client.post(reverse("message", args=[told(referred).pk]), {"decision": "release"})
    assert answer.status_code == 403
