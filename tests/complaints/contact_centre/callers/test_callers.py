"""The citizen's answer with files, and through an agent of the contact centre who is told who calls."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from complaints import reference
from complaints.actions import ask, reply
from complaints.contact_centre import callers
from complaints.models import Case
from tests.cast import sign_in
from tests.complaints.pages import Clock, Desk, address
from tests.complaints.sample_files import PDF, PROGRAM, picture, upload
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("media")

QUESTION, ANSWER = "هل المشكلة في الشارع كله؟", "نعم، في الشارع كله."
FIND = "/en/staff/calls/find/"


@pytest.fixture
@prepared
def asked(accepted: Case, omar: User, now: datetime) -> Case:
    ask(accepted, by=omar, at=now, text=QUESTION)
    return accepted


def find(client: Client, case: Case, end: str = "1234") -> Any:
    return client.post(FIND, {"ref": case.reference, "phone_end": end})


# ---- on the case page ----


def test_an_answer_takes_files_along(asked: Case, amina: Citizen) -> None:
    client = sign_in(Client(), amina)
    files = [upload("a.jpg", picture()), upload("b.pdf", PDF)]
    answer = client.post(reverse("case-reply", kwargs={"ref": asked.reference}), {"text": ANSWER, "attachments": files})
    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (302, "in_progress")
    assert [one.name for one in asked.attachments.all()] == ["a.jpg", "b.pdf"]
    assert asked.events.latest("number").facts["files"] == 2


def test_a_file_that_cannot_be_taken_stops_the_answer(asked: Case, amina: Citizen) -> None:
    client = sign_in(Client(), amina)
    typed = {"text": ANSWER, "attachments": [upload("a.jpg", picture()), upload("b.jpg", PROGRAM)]}
    page = client.post(reverse("case-reply", kwargs={"ref": asked.reference}), typed)
    asked.refresh_from_db()
    assert (page.status_code, asked.state, asked.attachments.count()) == (200, "waiting", 0)
    assert ANSWER in page.content.decode()


# ---- through the contact centre ----


def test_a_caller_who_knows_the_number_and_its_end_hears_the_question(desk: Desk, asked: Case, sami: User) -> None:
    client = desk(sami)
    answer = find(client, asked)
    assert (answer.status_code, answer.url) == (302, address("caller-case", asked))
    page = client.get(answer.url).content.decode()
    assert QUESTION in page
    hidden = (asked.subject, asked.details, asked.citizen.first_name, asked.citizen.masked_phone, "790001234")
    assert [words in page for words in hidden] == [False] * 5


def test_the_head_says_what_the_agent_is(desk: Desk, sami: User) -> None:
    assert "Contact-centre agent" in desk(sami).get(FIND).content.decode()


def test_the_page_speaks_of_the_caller_and_not_to_them(desk: Desk, asked: Case, sami: User, clock: Clock) -> None:
    client = desk(sami)
    page = client.get(find(client, asked).url).content.decode()
    words = ("Needs the caller", "answer is needed by", "Needs your answer", "Your answer is needed by")
    assert [text in page for text in words] == [True, True, False, False]
    assert asked.citizen.user is not None
    reply(asked, by=asked.citizen.user, at=clock(), text=ANSWER)
    page = client.get(address("caller-case", asked)).content.decode()
    assert ["The agency replies to the caller by" in page, "Replies to you by" in page] == [True, False]


def test_the_answer_is_sent_and_says_who_took_it_down(desk: Desk, asked: Case, sami: User, omar: User) -> None:
    client = desk(sami)
    find(client, asked)
    typed = {"text": ANSWER, "version": asked.version}
    assert client.post(address("caller-case", asked), typed).url == FIND
    asked.refresh_from_db()
    event = asked.events.latest("number")
    assert (asked.state, asked.questions.get().reply, event.action, event.actor) == (
        "in_progress",
        ANSWER,
        "reply",
        sami,
    )
    assert client.get(address("caller-case", asked)).status_code == 404  # the call is over
    file = desk(omar).get(address("desk-case", asked)).context["file"]
    assert (file.history[0].title, file.history[0].by) == ("Citizen's answer", "Sami Baqain for the citizen")


@pytest.mark.parametrize("end", ["0000", "4321"])
def test_a_wrong_end_looks_like_no_case(desk: Desk, asked: Case, sami: User, end: str) -> None:
    client = desk(sami)
    wrong = find(client, asked, end).context["form"].errors
    asked.reference = reference.make(year=2026, serial=4711)
    assert (find(client, asked).context["form"].errors, list(wrong)) == (wrong, ["phone_end"])
    assert "caller" not in client.session


def test_without_a_proof_no_case_opens(desk: Desk, asked: Case, sami: User) -> None:
    client = desk(sami)
    assert client.get(address("caller-case", asked)).status_code == 404
    answer = client.post(address("caller-case", asked), {"text": ANSWER, "version": asked.version})
    asked.refresh_from_db()
    assert (answer.status_code, asked.state) == (404, "waiting")


def test_a_proof_is_for_one_case_and_one_call(desk: Desk, asked: Case, sami: User, clock: Clock, omar: User) -> None:
    client = desk(sami)
    find(client, asked)
    assert client.get("/en/staff/cases/2600000001/reply/").status_code == 404
    assert client.get(address("caller-case", asked)).status_code == 200
    clock.pass_(minutes=21)
    assert client.get(address("caller-case", asked)).url == FIND


def test_what_was_taken_down_waits_until_the_caller_is_proven_again(
    desk: Desk, asked: Case, sami: User, clock: Clock
) -> None:
    client, page = desk(sami), address("caller-case", asked)
    find(client, asked)
    key = client.get(page).content.decode().partition('name="form_key" value="')[2][:36]
    clock.pass_(minutes=21)
    assert client.post(page, {"text": ANSWER, "version": asked.version, "form_key": key}).url == FIND
    find(client, asked)
    assert client.get(page).context["form"]["text"].value() == ANSWER


def test_an_answer_that_comes_second_is_told_so_and_keeps_its_words(
    desk: Desk, asked: Case, sami: User, amina: Citizen, now: datetime
) -> None:
    client = desk(sami)
    find(client, asked)
    version = asked.version
    reply(asked, by=amina.user, at=now, text="أجبت بنفسي.")
    page = client.post(address("caller-case", asked), {"text": ANSWER, "version": version})
    assert (page.status_code, asked.questions.get().reply) == (409, "أجبت بنفسي.")
    assert ANSWER in page.content.decode()


def test_another_question_meanwhile_is_not_answered_blindly(
    desk: Desk, asked: Case, sami: User, omar: User, amina: Citizen, now: datetime
) -> None:
    client = desk(sami)
    find(client, asked)
    version = asked.version
    reply(asked, by=amina.user, at=now, text="أجبت بنفسي.")
    ask(asked, by=omar, at=now, text="ومتى بدأت المشكلة؟")
    page = client.post(address("caller-case", asked), {"text": ANSWER, "version": version})
    assert (page.status_code, asked.questions.last().reply) == (409, "")
    assert [words in page.content.decode() for words in (ANSWER, "ومتى بدأت المشكلة؟")] == [True, True]


def test_guessing_ends(desk: Desk, asked: Case, sami: User) -> None:
    client = desk(sami)
    most = callers.TRIES_OF_NUMBER.most
    statuses = [find(client, asked, f"{guess:04}").status_code for guess in range(most + 1)]
    assert statuses == [200] * most + [429]
    page = find(client, asked)
    assert (page.status_code, page.context["form"].non_field_errors()) == (
        429,
        ["Too many attempts. You cannot look up this number again today."],
    )


def test_an_agent_who_has_searched_too_often_is_told_to_wait_and_nothing_about_the_number(
    desk: Desk, asked: Case, sami: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "TRIES_OF_AGENT", replace(callers.TRIES_OF_AGENT, most=1))
    client = desk(sami)
    assert find(client, asked, "0000").status_code == 200
    page = find(client, asked)
    assert (page.status_code, page.context["form"].non_field_errors()) == (
        429,
        ["Too many searches. Try again in an hour."],
    )


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("", "Enter the last 4 digits of the mobile number"),
        ("12a4", "Enter the last 4 digits of the mobile number"),
        ("123", "Enter the last 4 digits of the mobile number; you entered 3"),
    ],
)
def test_the_end_of_the_number_is_asked_for_in_a_sentence(
    desk: Desk, asked: Case, sami: User, end: str, said: str
) -> None:
    assert find(desk(sami), asked, end).context["form"].errors == {"phone_end": [said]}


def test_an_agent_never_handles_the_own_case(desk: Desk, asked: Case, sami: User, amina: Citizen) -> None:
    sami.person = amina
    sami.save(update_fields=["person"])
    assert list(find(desk(sami), asked).context["form"].errors) == ["phone_end"]


def test_only_agents_find_callers(desk: Desk, asked: Case, omar: User, yusuf: User, lina: User, amina: Citizen) -> None:
    for person in (omar, yusuf, lina, amina):
        client = desk(person)
        assert [client.get(where).status_code for where in (FIND, address("caller-case", asked))] == [404, 404]


def test_a_closed_case_tells_its_status_and_takes_nothing_but_an_objection(
    desk: Desk, closed: Case, sami: User, clock: Clock
) -> None:
    client = desk(sami)
    find(client, closed)
    page = client.get(address("caller-case", closed))
    assert (page.status_code, page.context["question"], "<textarea" in page.content.decode()) == (200, "", True)
    clock.pass_(days=15)
    client = desk(sami)
    find(client, closed)
    page = client.get(address("caller-case", closed))
    assert (page.status_code, page.context["objecting"], "<textarea" in page.content.decode()) == (200, None, False)
