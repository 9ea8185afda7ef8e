"""Finds the person behind a request of an app by the key in its header Authorization; no cookie is read."""

from typing import cast

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from accounts.models import AppSession
from accounts.sign_in.app_sessions import find_session
from kit.problems import Problem


class Bearer(HttpBearer):
    """The access key of a session of a citizen's app."""

    def __init__(self, *, before_policy: bool = False) -> None:
        super().__init__()
        self.before_policy = before_policy

    def authenticate(self, request: HttpRequest, token: str) -> AppSession:
        """Return the session, and set the user of the request; raise ``Problem``."""
        session = find_session(token, at=timezone.now())
        if session is None:
            raise Problem("sign_in_required")
        if session.policy_due and not self.before_policy:
            raise Problem("policy_due")
        request.user = session.user
        return session


signed_in = Bearer()
#: For what is also there for somebody who has still to accept the policy.
before_policy = Bearer(before_policy=True)


def session_in(request: HttpRequest) -> AppSession:
    """Return the session that a request with a key belongs to."""
    return cast("AppSession", request.auth)  # type: ignore[attr-defined] # set by ninja
