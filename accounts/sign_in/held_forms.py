"""Holds a form that came after its session had ended, until the same person has signed in again in the same browser.

The form lies encrypted on the server for an hour, under a reference that only a cookie of this browser holds. A second
cookie, which every signed-in answer sets, says whose form it is. Signing in changes that cookie and Django's token of
forms together: a form of somebody who was signed in before has an old token, and comes here no more.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts import contact, rate_limits
from accounts.models import FormDraft, Purpose, User
from accounts.rate_limits import client_address
from kit.crypto import lookup
from kit.upserts import insert_or_lock

# ---- Keeps what a visitor typed between the steps of a form: on the server, encrypted, found by the session
# only.


LIFE: Final = timedelta(days=1)
SESSION_MARK: Final = "visited"


def session_hash(request: HttpRequest) -> str:
    """Return the keyed hash of the visitor's session; start a session where there is none.

    Only a mark is written into the session, so that its cookie is sent. Looking for the mark loads the session, and
    Django then discards a key it did not issue: nobody can give a visitor a session key and read along.
    """
    if SESSION_MARK not in request.session:
        if request.session.session_key is None:
            request.session.create()
        request.session[SESSION_MARK] = True
    return _hashed(request)


def draft_for(request: HttpRequest, purpose: Purpose, *, at: datetime) -> dict[str, Any]:
    """Return this visitor's draft; start no session for a visitor who has none."""
    return load(purpose, _hashed(request), at=at) if SESSION_MARK in request.session else {}


def _hashed(request: HttpRequest) -> str:
    return lookup(str(request.session.session_key), purpose="session")


def load(purpose: Purpose, session: str, *, at: datetime) -> dict[str, Any]:
    """Return the draft, empty when there is none or it is older than a day."""
    row = FormDraft.objects.alive(at).filter(purpose=purpose, session_hash=session).first()
    return json.loads(row.payload) if row else {}


def keep(purpose: Purpose, session: str, data: dict[str, Any], *, at: datetime, life: timedelta = LIFE) -> None:
    """Keep ``data`` as the draft, for a day from now or another ``life``, in place of the previous one."""
    payload = json.dumps(data, ensure_ascii=False)
    new = FormDraft(purpose=purpose, session_hash=session, payload=payload, created_at=at, expires_at=at + life)
    with transaction.atomic():
        # Another window may take the previous draft in this very moment.
        row, is_new = insert_or_lock(new, key=("purpose", "session_hash"))
        if not is_new:
            row.payload, row.expires_at = payload, at + life
            row.save(update_fields=["payload", "expires_at"])


def take(purpose: Purpose, session: str, *, at: datetime) -> dict[str, Any]:
    """Return the draft and delete it; of two who take it at once one gets it, the other an empty one."""
    data = load(purpose, session, at=at)
    deleted, _by_model = FormDraft.objects.filter(purpose=purpose, session_hash=session).delete()
    return data if deleted else {}


def forget(purpose: Purpose, session: str) -> None:
    """Delete the draft."""
    FormDraft.objects.filter(purpose=purpose, session_hash=session).delete()


HELD_FORMS_LIFE: Final = timedelta(hours=1)
#: Letters of one form with its names; a longer one is not held.
MOST_LETTERS: Final = 100_000
#: What is never kept, by parts of the names of fields.
SECRETS: Final = ("password", "code", "csrfmiddlewaretoken")
_SALT: Final = "person whose session ended"


@dataclass(frozen=True)
class HeldForm:
    """A form that came after its session had ended: its address and fields, and whether files were with it."""

    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def mark_person(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let ``response`` note who is signed in in this browser, unless that is noted already.

    The notifications of whoever was signed in before end.
    """
    value = signing.Signer(salt=_SALT).sign(str(user.pk))
    if request.COOKIES.get(settings.PERSON_COOKIE_NAME) != value:
        contact.forget_browser(request, response, at=timezone.now(), unless=user)
        response.set_cookie(settings.PERSON_COOKIE_NAME, value, **_attributes())


def forget_person(response: HttpResponseBase) -> None:
    """Let ``response`` forget who was signed in, and drafts begun before: who signs out means it."""
    for name in (settings.PERSON_COOKIE_NAME, settings.HELD_FORM_COOKIE_NAME, settings.DRAFT_COOKIE_NAME):
        response.delete_cookie(name, samesite="Lax")


def hold(request: HttpRequest, *, at: datetime) -> str:
    """Keep the form of ``request`` for an hour and return its reference; empty where it is not kept.

    It is not kept without a person to give it back to, beyond a size, and beyond a limit for each address.
    """
    person = _person(request)
    fields = [(name, str(value)) for name, values in request.POST.lists() if not _is_secret(name) for value in values]
    if not person or sum(len(name) + len(value) for name, value in fields) > MOST_LETTERS:
        return ""
    if not rate_limits.allows(rate_limits.HELD_FORMS_PER_ADDRESS, client_address(request), at=at):
        return ""
    token = secrets.token_urlsafe(32)
    held = {
        "person": person,
        "path": request.get_full_path(),
        "fields": fields,
        "had_files": bool(request.FILES),
    }
    keep(Purpose.SESSION_OVER, _reference(token), held, at=at, life=HELD_FORMS_LIFE)
    return token


def give_reference(response: HttpResponseBase, token: str) -> None:
    """Let ``response`` hold the reference of a form."""
    response.set_cookie(
        settings.HELD_FORM_COOKIE_NAME, token, max_age=int(HELD_FORMS_LIFE.total_seconds()), **_attributes()
    )


def find(request: HttpRequest, *, at: datetime) -> HeldForm | None:
    """Return the form held in this browser if the person who is signed in wrote it."""
    held = _stored_form(request, at=at)
    if held.get("person") != str(request.user.pk):
        return None
    return HeldForm(held["path"], [(name, value) for name, value in held["fields"]], held["had_files"])


def is_waiting(request: HttpRequest, *, at: datetime) -> bool:
    """Tell whether a form is held in this browser, whoever wrote it."""
    return bool(_stored_form(request, at=at))


def held_forms_forget(request: HttpRequest) -> None:
    """Delete the form that is held in this browser."""
    if token := request.COOKIES.get(settings.HELD_FORM_COOKIE_NAME):
        forget(Purpose.SESSION_OVER, _reference(token))


def _stored_form(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    token = request.COOKIES.get(settings.HELD_FORM_COOKIE_NAME, "")
    return load(Purpose.SESSION_OVER, _reference(token), at=at) if token else {}


def _person(request: HttpRequest) -> str:
    try:
        return signing.Signer(salt=_SALT).unsign(request.COOKIES.get(settings.PERSON_COOKIE_NAME, ""))
    except signing.BadSignature:
        return ""


def _reference(token: str) -> str:
    return lookup(token, purpose="held form")


def _is_secret(name: str) -> bool:
    return any(secret in name for secret in SECRETS)


def _attributes() -> dict[str, Any]:
    return {"secure": settings.SESSION_COOKIE_SECURE, "httponly": True, "samesite": "Lax"}
