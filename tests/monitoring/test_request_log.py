"""What a day of sign-ins, refusals and errors leaves in the logs: constant text and internal ids, and nobody's data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_django import Settings

from accounts.models import Citizen, User
from config.logs import logging_config
from config.monitoring import task_metrics
from tests.cast import PASSWORD, app_code, give_app, sign_in

type Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log as production does, from the lowest level up, and return what was written."""
    stream, root = io.StringIO(), logging.getLogger()
    config = logging_config("INFO")
    made = logging.config.DictConfigurator({"version": 1, "formatters": config["formatters"]})
    handler = logging.StreamHandler(stream)
    handler.setFormatter(made.configure_formatter(config["formatters"]["json"]))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def told(lines: Lines) -> list[tuple[str, str | None]]:
    """Return what happened and to whom."""
    return [(line["event"], line.get("user_id")) for line in lines()]


def test_a_sign_in_is_logged_with_the_id_of_the_user(lines: Lines, amina: Citizen, omar: User) -> None:
    client = Client()
    client.post("/en/sign-in/", {"number": amina.number, "password": "a wrong password"})
    client.post("/en/sign-in/", {"number": amina.number, "password": PASSWORD})
    client.post(reverse("sign-out"))
    client.post("/en/staff/sign-in/", {"email": omar.email, "password": "a wrong password"})
    client.post("/en/staff/sign-in/", {"email": omar.email, "password": PASSWORD})
    give_app(omar)
    client.post("/en/staff/sign-in/factor/", {"code": "000"})
    client.post("/en/staff/sign-in/factor/", {"code": app_code()})
    assert told(lines) == [
        ("a sign-in failed", None),
        ("somebody signed in", str(amina.user.pk)),
        ("somebody signed out", str(amina.user.pk)),
        ("a sign-in failed", None),
        ("the password of a member of staff was right", str(omar.pk)),
        ("a second factor was refused", str(omar.pk)),
        ("somebody signed in", str(omar.pk)),
    ]


def test_a_refusal_names_the_page_and_the_user_and_not_the_address(lines: Lines, yusuf: User) -> None:
    client = sign_in(Client(), yusuf)
    client.get("/en/staff/cases/2604821735/")
    client.get("/en/staff/triage/")
    client.get("/en/no/such/page/2604821735/")
    refused = [{name: line[name] for name in ("event", "page", "status", "user_id")} for line in lines()]
    assert refused == [
        {"event": "a request was refused", "page": page, "status": 404, "user_id": str(yusuf.pk)}
        for page in ("desk-case", "triage")
    ]
    assert "2604821735" not in json.dumps(lines())


def test_a_lockout_and_a_limit_are_logged(lines: Lines, omar: User) -> None:
    client = Client()
    for _ in range(6):
        client.post("/en/staff/sign-in/", {"email": omar.email, "password": "a wrong password"})
    events = [line["event"] for line in lines()]
    assert events.count("a sign-in failed") == 5
    assert {"a limit was reached", "a request was refused"} <= set(events)
    assert {line["limit"] for line in lines() if "limit" in line} == {"staff_here"}


def test_a_choice_that_no_page_offers_is_logged_without_what_was_sent(lines: Lines, db: None) -> None:
    Client().post("/en/register/who/", {"citizenship": "9902103456", "first_name": ""})
    (line,) = [line for line in lines() if line["event"] == "a form held what no page offers"]
    assert line["fields"] == ["citizenship"]
    assert "9902103456" not in str(lines())


def test_lines_of_one_request_carry_one_number_which_the_answer_names(lines: Lines, omar: User) -> None:
    client = Client()
    answer = client.post("/en/staff/sign-in/", {"email": omar.email, "password": PASSWORD})
    (line,) = lines()
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert client.get("/en/help/").headers["X-Request-ID"] != line["request_id"]


@pytest.mark.parametrize("given", ["short", "أمينة الخطيب", "a b c d e f g h", "x" * 65])
def test_what_is_no_number_is_not_taken(client: Client, settings: Settings, given: str) -> None:
    settings.TRUSTED_PROXIES = 1
    assert client.get("/health/live", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_number_is_taken_from_a_known_proxy_alone(client: Client, settings: Settings, proxies: int) -> None:
    settings.TRUSTED_PROXIES = proxies
    answer = client.get("/health/live", headers={"X-Request-ID": "0123-abcd-4567"})
    assert (answer.headers["X-Request-ID"] == "0123-abcd-4567") == bool(proxies)


def test_lines_of_a_task_name_it(lines: Lines) -> None:
    class Task:
        name = "notifications.sweep"

    task_metrics._begin(task_id="7", task=Task)
    logging.getLogger("x").info("within")
    task_metrics._end(task_id="7", task=Task, state="SUCCESS")
    logging.getLogger("x").info("after")
    assert [(line.get("task"), line.get("task_id")) for line in lines()] == [(Task.name, "7"), (None, None)]


@pytest.mark.usefixtures("leak")
def test_a_day_of_many_people_leaves_nothing_of_them_in_logs_and_traces(
    lines: Lines,
    spans: InMemorySpanExporter,
    amina: Citizen,
    karim: Citizen,
    omar: User,
    yusuf: User,
    lina: User,
) -> None:
    visitor, citizen, staff = (
        Client(),
        sign_in(Client(), amina),
        [sign_in(Client(), who) for who in (omar, yusuf, lina)],
    )
    answers = [
        visitor.post("/en/sign-in/", {"number": karim.number, "password": "what karim typed"}),
        visitor.post("/en/staff/sign-in/", {"email": omar.email, "password": "what omar typed"}),
        visitor.post("/en/forgot/", {"number": karim.number, "mobile": karim.phone}),
        visitor.post("/en/track/", {"number": "2604821735", "mobile": karim.phone}),
        visitor.get(f"/en/help/?q={karim.number}"),
        citizen.post(reverse("account-phone"), {"mobile": "0791239876", "password": PASSWORD}),
        citizen.post(reverse("account-email"), {"email": "amina-new@home.example"}),
    ]
    for client in staff:
        searched = (amina.number, amina.phone, "أمينة الخطيب")
        answers += [client.post(reverse("queue"), {"q": words}) for words in searched]
        answers.append(client.get(f"{reverse('queue')}?q={amina.number}"))
        assert client.get("/en/staff/cases/2604821735/").status_code == 404
    assert {answer.status_code for answer in answers} <= {200, 302}
    traced = [[span.name, dict(span.attributes or {})] for span in spans.get_finished_spans()]
    assert len(traced) > len(answers)
    written = json.dumps([lines(), traced], ensure_ascii=False)
    seeded = [
        *(person.number for person in (amina, karim)),
        *(person.phone.removeprefix("+962") for person in (amina, karim, omar, yusuf, lina)),
        *("أمينة", "الخطيب", "كريم", "الحوراني", "عمر الصمادي", "Omar", "Yusuf", "Lina"),
        *(omar.email, "amina-new@home.example", amina.email, "791239876", "2604821735"),
        *("what karim typed", "what omar typed", PASSWORD, "الجبيهة"),
    ]
    assert [said for said in seeded if said in written] == []
    # Something was written: the search above would find it.
    assert str(yusuf.pk) in written
    assert len(lines()) == 5
