"""The web process itself, while its database is dead, frozen, or keeps a row for somebody else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import Citizen
from complaints.models import Case
from config.devstack.processes import free_port, start, stop
from config.devstack.stack import PROGRAMS
from config.devstack.state import ROOT
from tests.cast import sign_in
from tests.complaints.cases import FileCase
from tests.faults.passage import Passage
from tests.owner import owner

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("outages")]

AWAY = {"ar": "الخدمة متوقفة مؤقتًا", "en": "The service is temporarily unavailable"}
LOCKED = {"ar": "يعمل شخص آخر على هذا الآن", "en": "Somebody else is working on this just now"}
#: What is promised to whoever asks while the server is away, and while it is frozen.
AWAY_SECONDS, FROZEN_SECONDS = 2.0, 8.0
#: Less than a browser waits for.
MANY_SECONDS = 30.0
CONNECTIONS = 16
TOKEN = "a" * 32
TYPED = "الماء يصل عكرًا منذ يومين"


@dataclass(frozen=True)
class Answer:
    status: int
    page: str
    seconds: float


@dataclass(frozen=True)
class Web:
    """The web process, and the way from it to the database."""

    port: int
    passage: Passage

    def ask(self, path: str, *, session: str = "", typed: dict[str, str] | None = None) -> Answer:
        cookies = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **typed}) if typed else None
        began = time.monotonic()
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=40)) as made:
            made.request("POST" if typed else "GET", quote(path), body, headers)
            answer = made.getresponse()
            return Answer(answer.status, answer.read().decode(), time.monotonic() - began)

    def is_back(self, path: str, *, session: str) -> bool:
        """Tell whether every connection serves a page."""
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            answers = pool.map(lambda _: self.ask(path, session=session), range(CONNECTIONS))
            return all(answer.status == 200 for answer in answers)

    def wait_until_back(self, path: str, *, session: str) -> None:
        """Return once every connection serves a page again."""
        began = time.monotonic()
        while not self.is_back(path, session=session):
            assert time.monotonic() - began < 60
            time.sleep(0.1)


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One process with sixteen connections, of which `run.py` and Compose start two."""
    address = urlsplit(os.environ["DATABASE_URL"])
    passage = Passage(str(address.hostname), address.port or 5432)
    url = (
        f"postgres://{address.username}:{address.password}@127.0.0.1:{passage.port}/{connection.settings_dict['NAME']}"
    )
    port, log = free_port(), tmp_path_factory.mktemp("outages") / "web.log"
    own = {
        "DATABASE_URL": url,
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "64",
        "DATABASE_POOL_SIZE": str(CONNECTIONS),
        "LOG_LEVEL": "CRITICAL",
    }
    command = [PROGRAMS / "gunicorn", "--config", "python:config.web", "config.wsgi"]
    process = start(command, log=log, environment=os.environ | own, cwd=ROOT)
    try:
        made = Web(port, passage)
        deadline = time.monotonic() + 90
        while not _is_up(made):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield made
    finally:
        stop(process)
        passage.close()


def _is_up(web: Web) -> bool:
    try:
        return web.ask("/health/ready").status == 200
    except OSError:
        return False


@pytest.fixture
def session(amina: Citizen) -> str:
    return sign_in(Client(), amina).cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def dead(passage: Passage) -> Iterator[None]:
    passage.close()
    try:
        yield
    finally:
        passage.open()


@contextmanager
def frozen(passage: Passage) -> Iterator[None]:
    passage.hold()
    try:
        yield
    finally:
        passage.release()


def everything(web: Web, session: str) -> list[Answer]:
    """Ask for pages, a form, JSON and the state of the process, all at once."""
    asked = [
        ("/ar/cases/", None),
        ("/en/cases/", None),
        ("/ar/staff/", None),
        ("/en/cases/2604821735/add/", {"text": TYPED}),
        ("/ar/staff/queue/counts/", None),
        ("/health/ready", None),
    ]
    with ThreadPoolExecutor(len(asked)) as pool:
        return list(pool.map(lambda one: web.ask(one[0], session=session, typed=one[1]), asked))


def in_time(ask: Callable[[], list[Answer]], seconds: float) -> list[Answer]:
    """Return the answers of the first of three rounds in which none took longer than ``seconds``.

    A machine that tests other things meanwhile stands still now and then; who waits too long does so in each round.
    """
    taken: list[float] = []
    while len(taken) < 3:
        answers = ask()
        taken.append(max(answer.seconds for answer in answers))
        if taken[-1] < seconds:
            return answers
    raise AssertionError(taken)


def test_without_its_database_every_page_says_so_within_two_seconds_and_is_back_without_a_restart(
    web: Web, session: str
) -> None:
    assert web.ask("/ar/cases/", session=session).status == 200
    with dead(web.passage):
        before, answers = (in_time(lambda: everything(web, session), AWAY_SECONDS) for _ in range(2))
        assert {answer.status for answer in before + answers} == {503}
        arabic, english, _, form, _, ready = answers
        assert (AWAY["ar"] in arabic.page, AWAY["en"] in english.page) == (True, True)
        assert (TYPED in form.page, '"status": "down"' in ready.page) == (True, True)
        assert (web.ask("/health/live").status, web.ask("/ar/help/").status) == (200, 200)
    web.wait_until_back("/ar/cases/", session=session)


def test_behind_a_frozen_server_nobody_waits_longer_than_eight_seconds(web: Web, session: str) -> None:
    assert web.ask("/ar/cases/", session=session).status == 200
    with frozen(web.passage):
        answers = in_time(lambda: everything(web, session), FROZEN_SECONDS)
    assert {answer.status for answer in answers} == {503}
    assert AWAY["ar"] in answers[0].page
    assert TYPED in answers[3].page
    web.wait_until_back("/ar/cases/", session=session)


@contextmanager
def somebody_has(case: Case) -> Iterator[None]:
    """Keep the row of a case locked."""
    with owner().transaction():
        owner().execute("SELECT FROM complaints_case WHERE id = %s FOR UPDATE", [case.pk])
        yield


def test_ten_who_wait_for_one_case_stop_nobody_and_read_why(
    web: Web, session: str, amina: Citizen, file_case: FileCase
) -> None:
    case = file_case()
    path = f"/ar/cases/{case.reference}/add/"
    with somebody_has(case), ThreadPoolExecutor(12) as pool:
        posts = [pool.submit(web.ask, path, session=session, typed={"text": TYPED}) for _ in range(10)]
        time.sleep(0.2)
        others = [web.ask("/ar/help/"), web.ask("/health/live"), web.ask("/ar/cases/", session=session)]
        answers = [post.result() for post in posts]
    assert [other.status for other in others] == [200, 200, 200]
    # Long before the one who has the row would let go of it.
    assert max(other.seconds for other in others) < MANY_SECONDS
    assert {answer.status for answer in answers} == {503}
    assert all(LOCKED["ar"] in answer.page and TYPED in answer.page for answer in answers)
    assert max(answer.seconds for answer in answers) < MANY_SECONDS
    assert web.ask(path, session=session, typed={"text": TYPED}).status == 302
    assert case.additions.count() == 1


def test_without_the_limit_of_the_role_whoever_waits_waits_on(file_case: FileCase) -> None:
    """The control: an administrator, whom nothing limits, still waits when the pages have given up."""
    url, _, _ = os.environ["ADMIN_DATABASE_URL"].rpartition("/")
    case = file_case()
    with psycopg.connect(f"{url}/{connection.settings_dict['NAME']}") as unlimited, somebody_has(case):
        unlimited.execute("SET statement_timeout = '2500ms'")
        with pytest.raises(psycopg.errors.QueryCanceled):
            unlimited.execute("SELECT FROM complaints_case WHERE id = %s FOR UPDATE", [case.pk])
