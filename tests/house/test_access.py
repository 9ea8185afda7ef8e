"""Who gets what at every address: a stranger never learns more than that there is nothing here."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import Citizen, PrivacyRequest, User
from agencies.models import Agency, Topic
from complaints.actions import file
from complaints.actions.filing import Filing
from complaints.models import Attachment, Case, Macro, MacroStep, StandardText
from notifications.models import CallTask, Message
from tests.cast import sign_in
from tests.house import addresses
from tests.house.access_table import PEOPLE, TABLE


@pytest.fixture
def case(amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime) -> Case:
    """A complaint of amina's that waits for the water company's decision, with one file and a call to make."""
    assert amina.user is not None
    filing = Filing(
        citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب أمام المدرسة", details="منذ أسبوع"
    )
    filed = file(filing, by=amina.user, at=now)
    Attachment.objects.create(
        case=filed,
        file=ContentFile(b"%PDF-1.7", name="x"),
        name="صورة.pdf",
        content_type="application/pdf",
        size=8,
        sha256=hashlib.sha256(b"%PDF-1.7").hexdigest(),
        added_at=now,
    )
    CallTask.objects.create(message=_message_to_citizen(filed))
    StandardText.objects.create(agency=water, title="وصلة", found="عاينا الخط.", changed_by=omar, changed_at=now)
    macro = Macro.objects.create(agency=water, name="وسم وملاحظة", changed_by=omar, changed_at=now)
    macro.steps.create(number=1, act="note", text="عاينا الخط.")
    return filed


#: The pages that say that there is nothing here, or nothing to be done in this way.
REFUSALS = {"404.html", "404_staff.html", "405.html"}


@pytest.fixture
def quick_answers(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let thousands of requests cost less: what is the same for all of them is done once.

    A page of ``REFUSALS`` holds what its view told it and nothing else: its frame, menu and words have tests of their
    own. What a person may act as is read once, for nothing in these tests changes it. No answer keeps its contexts.
    """
    whole, authority = Template.render, cache(User._authority)

    def render(page: Template, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> str:
        return repr(context) if page.template.name in REFUSALS else whole(page, context, request)

    monkeypatch.setattr(Template, "render", render)
    monkeypatch.setattr(User, "_authority", authority)
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *_args, **_options: None)


@pytest.fixture(autouse=True)
def without_log() -> Iterator[None]:
    """Keep a line about each of thousands of requests away from the reason of a failure; errors are still shown."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def everybody(request: pytest.FixtureRequest) -> dict[str, Client]:
    """A browser for each of the cast, signed in."""
    return {name: Client() if name == "nobody" else sign_in(Client(), request.getfixturevalue(name)) for name in PEOPLE}


# Parts of addresses that name rows which are not there.
NOWHERE = (
    *("attempt", "answer", "precedent", "problem", "site", "consultation", "change", "absence", "hold", "breach"),
    *("directive", "annex", "circulation", "phenomenon", "report", "succession", "edition"),
    *("item", "round_key", "key"),
)
# Parts that are words, with one of their words.
WORDS = {
    "kind": "complaint",
    "token": "BCDFGH",
    "template": "case_answered",
    "language": "ar",
    "name": "officer",
    "agency": "miyahuna",
    "macro_act": "label",
    "form": "pdf",
    "section": "summary",
    "directory_table": "agencies",
    "act": "add",
    "code": "miyahuna",
    "period": "2025-q3",
    "table": "agencies",
    "way": "speak",
    "geoform": "json",
}


def every_address(case: Case) -> dict[str, str]:
    """Return each address of the site by its name, of `case` where it is one of a case."""
    message, attachment = _message_to_citizen(case), case.attachments.get()
    officer = User.objects.get(email="omar@miyahuna.example")
    files = dict.fromkeys(("draft", "upload", "device", "session", "pk", "file"), attachment.pk)
    rows = {
        "ref": case.reference,
        "reference": case.reference,
        "message": message.pk,
        "call": message.call_task.pk,
        "text": StandardText.objects.get().pk,
        "macro": Macro.objects.get().pk,
        "step": MacroStep.objects.get().pk,
        "person": officer.pk,
        "membership": officer.memberships.earliest("pk").pk,
        "asked": _privacy_request(case).pk,
        "row": case.agency_id,
        "contact": UUID(int=1),
    }
    values = dict.fromkeys(NOWHERE, 1) | WORDS | files | rows
    named = sorted(addresses.named().items())
    return {name: reverse(name, kwargs={each: values[each] for each in parameters}) for name, parameters in named}


def _privacy_request(case: Case) -> PrivacyRequest:
    return PrivacyRequest.objects.get_or_create(
        citizen=case.citizen, kind="correction", defaults={"made_at": case.filed_at, "due_on": case.filed_at.date()}
    )[0]


def _message_to_citizen(case: Case) -> Message:
    return Message.objects.get(reference=case.reference, recipient=f"citizen:{case.citizen_id}")


def ask(client: Client, method: str, url: str) -> HttpResponseBase:
    """Answer a request, its file closed; ``close()`` would end the test's database connection too."""
    answer: HttpResponseBase = getattr(client, method)(url)
    for closer in answer._resource_closers:
        closer()
    return answer


# Signed-out people are sent to a door (302), staff to their desk, citizens find no desk at all (404). Where the case
# does not stand where a page starts from, its people are told so (409).
@pytest.mark.usefixtures("quick_answers")
@pytest.mark.django_db
def test_every_address_answers_everybody_as_the_table_says(
    case: Case, everybody: dict[str, Client], time_machine, now
) -> None:
    time_machine.move_to(now, tick=False)
    answers = {
        name: tuple(ask(everybody[person], "get", url).status_code for person in PEOPLE)
        for name, url in every_address(case).items()
    }
    differing = {name: (answers.get(name), TABLE.get(name)) for name in answers.keys() | TABLE.keys()}
    assert {name: both for name, both in differing.items() if both[0] != both[1]} == {}, "answers, and rows of TABLE"


STRANGERS = ("karim", "yusuf", "sami", "nobody")


@pytest.mark.usefixtures("quick_answers")
@pytest.mark.django_db
# POST is the subject of `test_access_by_post`.
@pytest.mark.parametrize("method", ["put", "patch", "delete", "head", "options"])
def test_no_method_tells_a_stranger_anything_or_changes_anything(
    case: Case, everybody: dict[str, Client], method: str, time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    of_the_case = {name for name, parameters in addresses.named().items() if "ref" in parameters}
    told = {
        (name, person): answer.status_code
        for name, url in every_address(case).items()
        if name in of_the_case
        for person in STRANGERS
        if (answer := ask(everybody[person], method, url)).status_code not in {404, 405}
        and not (answer.status_code == 302 and "sign-in" in answer["Location"])
        and not (answer.status_code == 302 and answer["Location"].endswith("/staff/"))
    }
    case.refresh_from_db()
    assert (told, case.version) == ({}, 1)


@pytest.mark.django_db
def test_a_case_that_does_not_exist_and_one_of_somebody_else_look_the_same(
    case: Case, everybody: dict[str, Client], time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    frames = {"karim": b'class="official"', "yusuf": b'href="/ar/staff/"'}
    for person, name in (("karim", "case"), ("yusuf", "desk-case")):
        theirs = everybody[person].get(reverse(name, args=[case.reference]))
        none = everybody[person].get(reverse(name, args=["2699999990"]))
        assert (theirs.status_code, _without_token(theirs.content)) == (
            none.status_code,
            _without_token(none.content).replace(b"2699999990", case.reference.encode()),
        )
        assert (theirs.status_code, frames[person] in theirs.content) == (404, True)


def _without_token(page: bytes) -> bytes:
    """Return a page without the token of its forms, which is another one in every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", page)


#: What the own account of staff is called, which stays theirs.
OWN = ("staff-account", "staff-confirm")


def staff_pages(case: Case) -> dict[str, str]:
    """Return the address of each page below the staff's door, by its name; the door itself is everybody's."""
    return {name: url for name, url in every_address(case).items() if "/staff/" in url and "/staff/sign-in/" not in url}


@pytest.mark.usefixtures("quick_answers")
@pytest.mark.django_db
def test_whoever_may_not_open_a_page_of_the_staff_may_not_send_to_it_either(
    case: Case, everybody: dict[str, Client], time_machine: TimeMachineFixture, now: datetime
) -> None:
    time_machine.move_to(now, tick=False)
    answers = {
        (name, person): ask(everybody[person], "post", url).status_code
        for name, url in staff_pages(case).items()
        for person, status in zip(PEOPLE, TABLE[name], strict=True)
        if status == 404
    }
    case.refresh_from_db()
    assert {key: status for key, status in answers.items() if status not in {404, 405}} == {}
    assert (case.version, StandardText.objects.count(), len(answers) > 100) == (1, 1, True)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_former_officer_finds_nothing_but_the_door(
    case: Case, omar: User, time_machine: TimeMachineFixture, now: datetime, method: str
) -> None:
    time_machine.move_to(now, tick=False)
    client = sign_in(Client(), omar)
    omar.memberships.update(ends_on=now.date() - timedelta(days=1))
    assert ask(client, method, reverse("desk"))["Location"].startswith(reverse("staff-sign-in"))
    sign_in(client, omar)
    answers = {name: ask(client, method, url).status_code for name, url in staff_pages(case).items()}
    opened = {name for name, status in answers.items() if status not in {404, 405} and not name.startswith(OWN)}
    assert opened == ({"desk"} if method == "get" else set())
    case.refresh_from_db()
    assert case.version == 1


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_left_alone_is_nobodys(
    case: Case, omar: User, lina: User, time_machine: TimeMachineFixture, now: datetime, method: str
) -> None:
    time_machine.move_to(now, tick=False)
    clients = [sign_in(Client(), person) for person in (omar, lina)]
    time_machine.move_to(now + timedelta(minutes=31), tick=False)
    door = reverse("staff-sign-in")
    for client in clients:
        answers = {name: ask(client, method, url) for name, url in staff_pages(case).items()}
        ways = {name: answer.headers.get("Location", "").partition("?")[0] for name, answer in answers.items()}
        assert ways == dict.fromkeys(answers, door)
    case.refresh_from_db()
    assert case.version == 1
