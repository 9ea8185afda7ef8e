"""A database that is away or busy is a page that says so, in the language of the address, with what was typed."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from accounts.models import Citizen
from config.devstack.processes import free_port
from config.errors import is_unavailable
from kit.problems import MEDIA_TYPE
from tests.cast import sign_in

UNAVAILABLE = {"ar": "الخدمة متوقفة مؤقتًا", "en": "The service is temporarily unavailable"}


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def wrapped(cause: Exception) -> OperationalError:
    error = OperationalError("from the driver")
    error.__cause__ = cause
    return error


@contextmanager
def without_a_database() -> Iterator[None]:
    """Let every statement meet a server that nobody listens for: the error is the driver's own."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        try:
            psycopg.connect(f"postgresql://nobody@127.0.0.1:{free_port()}/nothing", connect_timeout=2)
        except psycopg.OperationalError as error:
            raise OperationalError(str(error)) from error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", refuse)
        yield


def test_a_full_disk_is_a_503_wherever_it_is_met(
    amina: Citizen, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("complaints.own_cases.list_cases", fail)
    sign_in(visitor, amina.user)
    answer = visitor.get("/en/cases/")
    assert (answer.status_code, UNAVAILABLE["en"] in answer.content.decode()) == (503, True)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_page_without_its_database_is_a_503_in_its_language(amina: Citizen, visitor: Client, language: str) -> None:
    sign_in(visitor, amina.user)
    with without_a_database():
        answer = visitor.get(f"/{language}/cases/")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
    assert UNAVAILABLE[language] in page
    assert f'lang="{language}"' in page


def test_what_was_typed_is_on_the_page_to_be_sent_again(amina: Citizen, visitor: Client) -> None:
    sign_in(visitor, amina.user)
    with without_a_database():
        answer = visitor.post("/en/cases/2604821735/add/", {"text": "نص <b>طويل</b>", "new_password": "geheim"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert 'name="text" value="نص &lt;b&gt;طويل&lt;/b&gt;"' in page
    assert "geheim" not in page
    assert "Send again" in page
    assert "Your files are not on this page" not in page


def test_whoever_sent_files_is_told_that_they_are_not_on_the_page(
    amina: Citizen, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(visitor, amina.user)
    monkeypatch.setattr("complaints.portal.cases.own_case", raising(wrapped(busy("55P03"))))
    photo = SimpleUploadedFile("photo.jpg", b"...", content_type="image/jpeg")
    answer = visitor.post("/en/cases/2604821735/add/", {"text": "نص", "files": photo})
    assert (answer.status_code, "Your files are not on this page" in answer.content.decode()) == (503, True)


def busy(state: str | None) -> Exception:
    error = psycopg.OperationalError("busy")
    error.sqlstate = state
    return error


def raising(error: Exception) -> Callable[..., object]:
    def fail(*_args: object, **_kwargs: object) -> object:
        raise error

    return fail


@pytest.mark.parametrize("state", ["55P03", "57014", "57P01", "08006", None])
def test_what_says_that_the_database_is_away_or_busy(state: str | None) -> None:
    assert is_unavailable(wrapped(busy(state)))


def test_a_transaction_that_was_idle_too_long_is_a_503_for_pages_and_apps(amina: Citizen, visitor: Client) -> None:
    """PostgreSQL ends the connection, and the driver calls that an internal error."""

    def fail(*_args: object, **_kwargs: object) -> None:
        try:
            raise psycopg.errors.IdleInTransactionSessionTimeout
        except psycopg.Error as error:
            raise InternalError from error

    sign_in(visitor, amina.user)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", fail)
        page, answer = visitor.get("/en/cases/"), visitor.get("/api/v1/agencies")
    assert (page.status_code, page["Retry-After"]) == (503, "10")
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "10", MEDIA_TYPE)
    assert answer.json()["code"] == "unavailable"


@pytest.mark.parametrize(
    "error", [wrapped(busy("42P01")), IntegrityError("twice"), ValueError("wrong"), None], ids=repr
)
def test_every_other_error_is_a_fault_of_ours(error: Exception | None) -> None:
    assert not is_unavailable(error)


def test_a_connection_that_was_closed_is_no_fault_of_ours() -> None:
    assert is_unavailable(InterfaceError("the connection is closed"))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_fault_of_ours_stays_a_500(visitor: Client, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr("config.pages.render", raising(ZeroDivisionError()))
    answer = visitor.get(f"/{language}/help/")
    assert (answer.status_code, UNAVAILABLE[language] in answer.content.decode()) == (500, False)
