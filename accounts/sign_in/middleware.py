"""The middleware of sessions: the session of a request and its user, read in one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.sign_in.sessions import SessionWithUser


class PageSessions(SessionMiddleware):
    """Give each request the session of its cookie, which is read when it is asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.SessionStore = SessionWithUser


class SessionUsers(AuthenticationMiddleware):
    """Give each request the user of its session."""

    def process_request(self, request: HttpRequest) -> None:
        """Let the user be found when it is asked for."""
        super().process_request(request)
        request.user = cast("User", SimpleLazyObject(lambda: _user(request)))


def _user(request: HttpRequest) -> User | AnonymousUser:
    if not hasattr(request, "_cached_user"):
        request._cached_user = _read_user(request) or auth.get_user(request)  # type: ignore[attr-defined] # noqa: SLF001 - as Django does
    return cast("User | AnonymousUser", request._cached_user)  # type: ignore[attr-defined] # noqa: SLF001


def _read_user(request: HttpRequest) -> User | None:
    """Return the user who was read with the session, if that is whom Django would find; it decides on anything else.

    Such as a session under an older key, one of before a change of the password, and a user who may no longer sign in.
    """
    session = cast("SessionWithUser", request.session)
    key, backend = session.get(auth.SESSION_KEY), session.get(auth.BACKEND_SESSION_KEY)
    user = session.user
    if user is None or not user.is_active or key != str(user.pk) or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    is_whole = constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return user if is_whole else None
