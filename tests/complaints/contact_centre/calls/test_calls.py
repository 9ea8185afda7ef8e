"""The calls of the contact centre: whom, what to say, the number behind a look on record, and how each went."""

import logging
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.account.phone import change_phone
from accounts.models import Citizen, IdentityView, User
from accounts.sign_in.factors import FACTOR_AT
from complaints.contact_centre.calls import number_mark, text_to_say, with_person
from complaints.models import Case
from notifications import addresses
from notifications.models import CallTask, Channel, Message, Verdict
from tests.complaints.cases import FileCase
from tests.complaints.message_states import MakeMessage, put, told
from tests.complaints.pages import Clock, Desk, told_on
from tests.ui.bidi import reversed_numbers

MOST_STATEMENTS = 8


def url(task: CallTask) -> str:
    return reverse("call", args=[task.pk])


def finish(client: Client, task: CallTask, outcome: str, *, tries: int = 0):
    return client.post(url(task), {"outcome": outcome, "tries": tries, "mark": number_mark(with_person(task))})


def to_make(desk: Desk, person: User) -> list[CallTask]:
    return [call.task for call in desk(person).get(reverse("calls")).context["calls"]]


# ---- who ----


@pytest.mark.parametrize("who", ["omar", "nadia", "yusuf", "adel", "amina"])
def test_nobody_else_finds_a_call(desk: Desk, to_call: CallTask, request: pytest.FixtureRequest, who: str) -> None:
    client = desk(request.getfixturevalue(who))
    assert [client.get(one).status_code for one in (reverse("calls"), url(to_call))] == [404, 404]
    assert finish(client, to_call, "reached").status_code == 404
    assert client.post(url(to_call), {"show": "1"}).status_code == 404
    assert IdentityView.objects.count() == 0


def test_nobody_calls_the_own_person(desk: Desk, to_call: CallTask, sami: User, amina: Citizen) -> None:
    sami.person = amina
    sami.save(update_fields=["person"])
    assert to_make(desk, sami) == []
    assert desk(sami).get(url(to_call)).status_code == 404


def test_the_contact_centre_and_the_unit_see_the_call(
    desk: Desk, to_call: CallTask, sami: User, lina: User, amina: Citizen, referred: Case
) -> None:
    for person in (sami, lina):
        shown = desk(person).get(url(to_call)).content.decode()
        assert [text in shown for text in (amina.full_name, amina.masked_phone, referred.reference[:2])] == [True] * 3
        assert [text in shown for text in ("790001234", "9902103456", referred.subject)] == [False] * 3
        assert to_make(desk, person) == [to_call]


# ---- the list ----


def test_who_waits_longest_comes_first_and_what_is_done_is_gone(
    desk: Desk, file_case: FileCase, sami: User, now: datetime
) -> None:
    tasks = [CallTask.objects.create(message=told(file_case(subject=f"انقطاع {number}"))) for number in range(3)]
    assert to_make(desk, sami) == tasks
    CallTask.objects.filter(pk=tasks[0].pk).update(done_at=now, done_by=f"user:{sami.pk}", outcome="reached")
    CallTask.objects.filter(pk=tasks[1].pk).update(
        done_at=now - timedelta(days=1), done_by=f"user:{sami.pk}", outcome="reached"
    )
    context = desk(sami).get(reverse("calls")).context
    assert [call.task for call in context["calls"]] == [tasks[2]]
    assert [(call.task, call.done_by) for call in context["done"]] == [(tasks[0], "Sami Baqain")]


def test_a_page_holds_twenty_five_and_leads_to_the_next(desk: Desk, make_message: MakeMessage, sami: User) -> None:
    tasks = [CallTask.objects.create(message=make_message(number)) for number in range(27)]
    first = desk(sami).get(reverse("calls")).context
    second = desk(sami).get(reverse("calls") + first["next"]).context
    assert [call.task for context in (first, second) for call in context["calls"]] == tasks
    assert (len(first["calls"]), second["next"]) == (25, "")
    assert len(desk(sami).get(reverse("calls"), {"after": "x"}).context["calls"]) == 25


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(
    desk: Desk, file_case: FileCase, make_message: MakeMessage, sami: User, now: datetime, count: int
) -> None:
    for number in range(count):
        CallTask.objects.create(message=told(file_case(subject=f"انقطاع {number}")))
        CallTask.objects.create(message=make_message(number), done_at=now, done_by=f"user:{sami.pk}", outcome="reached")
    client = desk(sami)
    client.get(reverse("calls"))
    with CaptureQueriesContext(connection) as captured:
        context = client.get(reverse("calls")).context
    assert (len(context["calls"]), len(context["done"]), len(captured)) == (count, count, MOST_STATEMENTS)


# ---- what to say ----


LINK = "bk.gov.jo/r/7Kq2Xd"
#: What is said, and what the message has besides.
SAID = [
    ("استلمنا شكواكم. رقم المتابعة 2604821735.", f" {LINK}"),
    ("صدر الرد على شكوى 2604821735.", f" القراءة والتقييم: {LINK}"),
    ("شكوى 2604821735: سؤال ينتظر إجابتكم حتى 22/1/2026.", f" {LINK}"),
    ("The case is closed.", f" Why: {LINK}"),
    ("تم قبول 2604821735 لدى مياهنا، والرد حتى 22/1/2026.", " 7Kq2Xd"),
    ("تم قبول معاملتكم.", f"\n\nhttps://{LINK}\n"),
]


@pytest.mark.parametrize(("said", "besides"), SAID)
def test_what_is_said_has_neither_link_nor_mark(make_message: MakeMessage, said: str, besides: str) -> None:
    task = CallTask.objects.create(message=make_message(body=said + besides, token="7Kq2Xd"))
    assert text_to_say(with_person(task)) == said


def test_what_has_neither_is_said_as_it_is(make_message: MakeMessage) -> None:
    task = CallTask.objects.create(message=make_message(body="تم قبول معاملتكم.\n\nبخدمتكم\n065008080"))
    assert text_to_say(with_person(task)) == "تم قبول معاملتكم.\nبخدمتكم\n065008080"


def test_the_words_are_in_the_language_of_the_person(desk: Desk, to_call: CallTask, sami: User) -> None:
    shown = desk(sami).get(url(to_call)).content.decode()
    token = Message.objects.get(pk=to_call.message_id).token
    assert '<ol class="msg msg-us" lang="ar" dir="rtl"> <li><p>السلام عليكم' in " ".join(shown.split())
    assert "<li><p>استلمنا شكواكم" in shown
    assert str(token) not in shown


@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_number_is_turned_round(desk: Desk, to_call: CallTask, sami: User, now: datetime, language: str) -> None:
    to_call.tries, to_call.tried_at = 2, now
    to_call.save(update_fields=["tries", "tried_at"])
    for one in (reverse("calls"), url(to_call)):
        shown = desk(sami).get(one.replace("/en/", f"/{language}/")).content.decode()
        assert reversed_numbers(shown) == []
    shown = desk(sami).post(url(to_call).replace("/en/", f"/{language}/"), {"show": "1"}).content.decode()
    assert reversed_numbers(shown) == []


# ---- the number ----


def test_the_number_is_shown_once_and_the_look_is_recorded(
    desk: Desk, to_call: CallTask, sami: User, amina: Citizen, referred: Case
) -> None:
    shown = desk(sami).post(url(to_call), {"show": "1"})
    assert (shown.status_code, shown.context["phone"]) == (200, "079 000 1234")
    look = IdentityView.objects.get()
    assert (look.viewer, look.citizen, look.reference, look.fields) == (sami, amina, referred.reference, ["phone"])
    assert "079 000 1234" not in desk(sami).get(url(to_call)).content.decode()


def test_the_number_needs_a_second_factor_of_the_last_fifteen_minutes(
    desk: Desk, to_call: CallTask, sami: User
) -> None:
    client = desk(sami)
    session = client.session
    session[FACTOR_AT] -= 16 * 60
    session.save()
    asked = client.post(url(to_call), {"show": "1"})
    assert (asked.status_code, asked["Location"]) == (302, reverse("staff-confirm"))
    assert not IdentityView.objects.exclude(fields=[]).exists()
    assert client.get(url(to_call)).status_code == 200


def test_the_number_of_a_call_that_is_done_is_not_shown(desk: Desk, to_call: CallTask, sami: User) -> None:
    finish(desk(sami), to_call, "reached")
    shown = desk(sami).post(url(to_call), {"show": "1"})
    assert (shown.status_code, "079 000 1234" in shown.content.decode()) == (409, False)
    assert IdentityView.objects.count() == 0


# ---- how it went ----


def test_a_person_is_reached_once(
    desk: Desk, to_call: CallTask, sami: User, lina: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert finish(desk(sami), to_call, "reached").url == reverse("calls")
    to_call.refresh_from_db()
    assert (to_call.outcome, to_call.done_by) == ("reached", f"user:{sami.pk}")
    (line,) = [vars(record) for record in caplog.records if record.name == "complaints.contact_centre.calls"]
    assert (line["call_id"], line["user_id"], line["outcome"]) == (to_call.pk, str(sami.pk), "reached")
    for outcome in ("reached", "no_answer", "wrong_number"):
        assert finish(desk(lina), to_call, outcome).status_code == 409
    to_call.refresh_from_db()
    assert (to_call.outcome, to_call.done_by, to_call.tries) == ("reached", f"user:{sami.pk}", 0)


def test_without_an_answer_the_call_stays_and_counts_once(
    desk: Desk, to_call: CallTask, sami: User, clock: Clock
) -> None:
    assert finish(desk(sami), to_call, "no_answer").status_code == 302
    assert finish(desk(sami), to_call, "no_answer").status_code == 409
    to_call.refresh_from_db()
    assert (to_call.tries, to_call.tried_at, to_call.done_at) == (1, clock.at, None)
    assert finish(desk(sami), to_call, "no_answer", tries=1).status_code == 302
    assert to_make(desk, sami) == [to_call]


def test_a_wrong_number_is_written_to_no_more(desk: Desk, to_call: CallTask, sami: User, amina: Citizen) -> None:
    assert addresses.verdict(Channel.SMS, amina.phone) is None
    assert finish(desk(sami), to_call, "wrong_number").status_code == 302
    assert addresses.verdict(Channel.SMS, amina.phone) == Verdict.STRANGER
    assert to_make(desk, sami) == []


def test_the_number_that_was_called_is_held_wrong_where_the_message_was_an_email(
    desk: Desk, make_message: MakeMessage, sami: User, amina: Citizen
) -> None:
    task = CallTask.objects.create(message=make_message(channel="email", address="amina@home.example"))
    finish(desk(sami), task, "wrong_number")
    held = [
        addresses.verdict(Channel.SMS, amina.phone),
        addresses.verdict(Channel.EMAIL, "amina@home.example"),
    ]
    assert held == [Verdict.STRANGER, None]


def test_a_number_that_was_proven_after_the_page_was_opened_is_not_held_wrong(
    desk: Desk, to_call: CallTask, sami: User, amina: Citizen, now: datetime
) -> None:
    mark = desk(sami).get(url(to_call)).context["mark"]
    change_phone(amina, "+962799999999", at=now)
    answer = desk(sami).post(url(to_call), {"outcome": "wrong_number", "tries": 0, "mark": mark})
    to_call.refresh_from_db()
    assert (answer.status_code, to_call.done_at) == (409, None)
    assert addresses.verdict(Channel.SMS, "+962799999999") is None


@pytest.mark.parametrize("outcome", ["", "lost", "REACHED"])
def test_an_outcome_that_does_not_exist_changes_nothing(
    desk: Desk, to_call: CallTask, sami: User, outcome: str
) -> None:
    assert finish(desk(sami), to_call, outcome).status_code == 404
    to_call.refresh_from_db()
    assert (to_call.done_at, to_call.tries) == (None, 0)


def test_a_call_for_a_message_to_no_known_person_can_be_ended(
    desk: Desk, make_message: MakeMessage, sami: User
) -> None:
    task = CallTask.objects.create(message=make_message(recipient="nobody:1"))
    assert "We have no phone number for the recipient of this message." in desk(sami).get(url(task)).content.decode()
    assert desk(sami).post(url(task), {"show": "1"}).context["phone"] == ""
    assert finish(desk(sami), task, "wrong_number").status_code == 302


def test_the_case_page_tells_of_the_call(desk: Desk, to_call: CallTask, sami: User, omar: User, referred: Case) -> None:
    def follows() -> list[str]:
        page = desk(omar).get(reverse("desk-case", args=[referred.reference]))
        return [message.delivery.follows for message in told_on(page)]

    assert follows() == ["The contact centre will call the person."]
    finish(desk(sami), to_call, "no_answer")
    finish(desk(sami), to_call, "no_answer", tries=1)
    assert follows() == ["We called the person 2 times without an answer."]
    finish(desk(sami), to_call, "reached", tries=2)
    assert follows() == ["The person was told by phone."]


def test_an_undelivered_message_without_a_call_says_nothing_of_one(
    desk: Desk, referred: Case, omar: User, now: datetime
) -> None:
    put(told(referred), "undeliverable", settled_at=now)
    (line,) = told_on(desk(omar).get(reverse("desk-case", args=[referred.reference])))
    assert line.delivery.follows == ""


def test_calls_about_the_same_are_worked_as_one_list(desk: Desk, to_call: CallTask, sami: User) -> None:
    Message.objects.filter(pk=to_call.message_id).update(template="case_rating")
    client, shown = desk(sami), {}
    for about in ("", "satisfaction", "reminders", "'\"><"):
        page = client.get(reverse("calls"), {"about": about})
        shown[about] = [call.task for call in page.context["calls"]]
    assert shown == {"": [to_call], "satisfaction": [to_call], "reminders": [], "'\"><": [to_call]}
    text = client.get(url(to_call)).content.decode()
    assert f"?ref={to_call.message.reference}" in text
