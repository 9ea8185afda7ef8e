"""The page of one message: its words for whom, its tries, and what it costs."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.models import Case
from notifications import addresses
from notifications.models import (
    Attempt,
    Channel,
    Message,
    Outcome,
    Receipt,
    Verdict,
)
from tests.complaints.message_centre.messages.browsing import buttons, listed, page
from tests.complaints.message_states import MakeMessage, put, told
from tests.complaints.pages import Clock, Desk


def test_nobody_handles_a_message_of_ones_own(desk: Desk, referred: Case, lina: User, amina: Citizen) -> None:
    message = told(referred)
    lina.person = amina
    lina.save(update_fields=["person"])
    assert listed(desk, lina, view="all") == []
    assert desk(lina).get(reverse("message", args=[message.pk])).status_code == 404
    assert desk(lina).post(reverse("message", args=[message.pk]), {"decision": "release"}).status_code == 404


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
    assert "Only people who can see the case can read it." in shown
    hidden = (message.body, message.token, amina.first_name, amina.family_name, referred.subject, amina.phone)
    assert [str(text) in shown for text in hidden] == [False] * 6
    assert reverse("desk-case", args=[referred.reference]) not in shown


def test_a_code_is_shown_to_nobody(desk: Desk, make_message: MakeMessage, lina: User, adel: User) -> None:
    code = make_message(template="code", lane="codes", recipient="code:1", body="73519 رمزكم في بخدمتكم.")
    for person in (lina, adel):
        shown = desk(person).get(reverse("message", args=[code.pk])).content.decode()
        assert ("73519" in shown, "A code is shown only to its owner." in shown) == (False, True)
        assert "73519" not in page(desk, person, view="all")
        assert buttons(desk, person, code) == []


def test_a_message_about_no_case_keeps_its_words_to_itself(desk: Desk, make_message: MakeMessage, lina: User) -> None:
    message = make_message()
    assert message.body not in desk(lina).get(reverse("message", args=[message.pk])).content.decode()


def test_the_tries_and_what_the_carrier_said_are_shown(desk: Desk, full_house: Message, lina: User) -> None:
    shown = re.sub(r"<[^>]+>|\s+", " ", desk(lina).get(reverse("message", args=[full_house.pk])).content.decode())
    for text in ("not certain", "timeout", "SM" + "0" * 32, "twilio", "The carrier reported:"):
        assert text in shown


def test_a_try_says_in_words_why_it_ended_and_the_message_what_is_held_against_its_address(
    desk: Desk, referred: Case, lina: User, amina: Citizen, now: datetime
) -> None:
    message = put(told(referred), "undeliverable", settled_at=now)
    url = reverse("message", args=[message.pk])
    assert "We did not try to send it." in desk(lina).get(url).content.decode()
    for number, code in enumerate(("not in the list", "30005"), start=1):
        Attempt.objects.create(
            message=message, number=number, fence=number, carrier="twilio", ended_at=now, outcome=Outcome.REFUSED,
            error_code=code,
        )  # fmt: skip
    addresses.record(Channel.SMS, amina.phone, Verdict.DEAD)
    answer = desk(lina).get(url)
    shown = answer.context["detail"]
    assert [tried.reason for tried in shown.tries] == ["it is not in the carrier's list", ""]
    assert shown.held_against == "messages do not arrive there"
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
        shown = client.get(url).context["detail"]
    assert (len(shown.tries), len(shown.repetitions), len(captured)) == (count, count, 11)


def test_a_repetition_and_its_first_lead_to_each_other(
    desk: Desk, referred: Case, make_message: MakeMessage, lina: User, now: datetime
) -> None:
    first = put(told(referred), "undeliverable", settled_at=now)
    again = make_message(repeats=first, reference=referred.reference, channel="email")
    for here, there in ((first, again), (again, first)):
        shown = desk(lina).get(reverse("message", args=[here.pk])).content.decode()
        assert f'href="{reverse("message", args=[there.pk])}"' in shown


def test_a_message_that_waits_for_the_morning_says_until_when(
    desk: Desk, referred: Case, lina: User, clock: Clock, settings: Any
) -> None:
    settings.QUIET_HOURS = "21:00-08:00"
    message = put(told(referred), "pending", daytime=True)
    clock.pass_(hours=13)
    fate = desk(lina).get(reverse("message", args=[message.pk])).context["detail"].delivery
    assert (fate.word, fate.text, fate.at.isoformat()) == (
        "Waiting",
        "We do not send this message at night. It will be sent on",
        "2026-01-05T08:00:00+03:00",
    )
