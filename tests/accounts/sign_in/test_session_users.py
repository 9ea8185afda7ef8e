"""A session is read with its user in one statement, and opens nothing that Django's two statements would not."""

from __future__ import annotations

import pytest
from django.contrib import auth
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import Session, User
from accounts.sign_in.middleware import PageSessions, SessionUsers
from accounts.sign_in.sessions import SessionStore
from tests.cast import sign_in

pytestmark = pytest.mark.django_db


def request_of(client: Client) -> HttpRequest:
    """Return a request with the cookies of ``client``, as it leaves the two middlewares."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    PageSessions(lambda _request: None).process_request(request)
    SessionUsers(lambda _request: None).process_request(request)
    return request


def djangos(client: Client) -> object:
    """Return whom Django finds for the cookies of ``client``."""
    request = RequestFactory().get("/")
    request.session = SessionStore(client.cookies["session"].value)
    return auth.get_user(request)


def test_citizens_and_staff_are_read_with_their_session(client, omar, amina):
    for browser, user, role in ((sign_in(Client(), omar), omar, "staff"), (sign_in(Client(), amina), amina.user, "")):
        with CaptureQueriesContext(connection) as asked:
            found = request_of(browser).user
            assert (found, hasattr(found, "citizen")) == (user, not role)
        assert (len(asked), djangos(browser)) == (1, user)
    with CaptureQueriesContext(connection) as asked:
        assert not request_of(client).user.is_authenticated
    assert len(asked) == 0


@pytest.mark.parametrize("spoil", ["password", "inactive", "backend", "person"])
def test_whom_django_refuses_is_refused(client, omar, lina, spoil):
    sign_in(client, omar)
    session = SessionStore(client.cookies["session"].value)
    if spoil == "password":
        User.objects.filter(pk=omar.pk).update(password="!")
    elif spoil == "inactive":
        User.objects.filter(pk=omar.pk).update(is_active=False)
    elif spoil == "backend":
        session[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session.save()
    else:
        Session.objects.update(user=lina)
    found = request_of(client).user
    expected = djangos(client)
    assert bool(found.is_authenticated) == expected.is_authenticated
    assert found.pk == expected.pk


def test_a_session_under_an_older_key_is_renewed_as_django_does(client, omar, settings):
    sign_in(client, omar)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    request = request_of(client)
    assert request.user == omar
    assert request.session.modified
