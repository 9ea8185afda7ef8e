"""Signing in and out with an app, and the places where a person is signed in."""

import uuid
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts.api.access import before_policy, session_in
from accounts.api.bodies import Body, Line, form_data
from accounts.decorators import signed_in_user
from accounts.models import SessionEnd
from accounts.sign_in import app_sessions
from accounts.sign_in.app_sessions import ACCESS_LIFE, Keys, SessionOver
from accounts.sign_in.citizens import SignInForm, proven_citizen
from kit.problems import Problem, require_valid

router = Router(tags=["sign-in"])

DeviceName = Annotated[str, Field(max_length=80, description="How the person recognises the phone")]


class SignIn(Body):
    """Number and password, as on the sign-in page."""

    number: Line
    password: Line
    device: DeviceName = ""


class Refresh(Body):
    """The refresh key, which is used up."""

    refresh_token: Line


class Tokens(BaseModel):
    """The keys of a session: the first for every request, the second once, for the next pair."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - no password
    expires_in: int
    refresh_token: str
    session: uuid.UUID
    policy_due: bool


class AppSessionRow(BaseModel):
    """One place where the person is signed in with an app."""

    id: uuid.UUID
    device: str
    network: str
    began_at: datetime
    used_at: datetime
    is_this: bool


class AppSessionRows(BaseModel):
    """Where the person is signed in, the place used last first."""

    items: list[AppSessionRow]


def tokens(keys: Keys) -> Tokens:
    """Return the keys as the app gets them."""
    return Tokens(
        access_token=keys.access,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        refresh_token=keys.refresh,
        session=keys.session.pk,
        policy_due=keys.session.policy_due,
    )


@router.post("/sessions", response={201: Tokens}, openapi_extra={"x-problems": [401]})
def sign_in(request: HttpRequest, body: SignIn) -> Status[Tokens]:
    """Sign in by number and password, within the limits of the sign-in page."""
    at, form = timezone.now(), SignInForm(form_data(body))
    require_valid(form)
    user = proven_citizen(request, form, at=at)
    if user is None:
        raise Problem("wrong_sign_in")
    return Status(201, tokens(app_sessions.begin(request, user, device=tidy_device(body.device), at=at)))


def tidy_device(name: str) -> str:
    """Return the name of a device in one line of printable characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())


@router.post("/sessions/refresh", response=Tokens, openapi_extra={"x-problems": [401]})
def refresh_session(request: HttpRequest, body: Refresh) -> Tokens:
    """Get new keys for a refresh key. A key that was used before ends the session: sign in again."""
    try:
        return tokens(app_sessions.refresh(body.refresh_token, at=timezone.now()))
    except SessionOver:
        raise Problem("session_over") from None


@router.get("/sessions", response=AppSessionRows, auth=before_policy)
def list_sessions(request: HttpRequest) -> AppSessionRows:
    """List where the person is signed in with an app."""
    this, found = session_in(request).pk, app_sessions.open_sessions(signed_in_user(request), at=timezone.now())
    names = ("id", "device", "network", "began_at", "used_at")
    rows = [AppSessionRow(**{name: getattr(one, name) for name in names}, is_this=one.pk == this) for one in found]
    return AppSessionRows(items=rows)


@router.delete("/sessions/current", response={204: None}, auth=before_policy)
def sign_out(request: HttpRequest) -> Status[None]:
    """Sign out: both keys end at once."""
    session = session_in(request)
    app_sessions.end(session.user, session.pk, SessionEnd.SIGNED_OUT, at=timezone.now())
    return Status(204, None)


@router.delete("/sessions/{uuid:session}", response={204: None}, auth=before_policy)
def end_session(request: HttpRequest, session: uuid.UUID) -> Status[None]:
    """Sign out in another place."""
    if not app_sessions.end(signed_in_user(request), session, SessionEnd.REVOKED, at=timezone.now()):
        raise Problem("not_found")
    return Status(204, None)
