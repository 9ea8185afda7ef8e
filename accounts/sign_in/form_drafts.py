"""Keeps what a visitor typed between the steps of a form: on the server, encrypted, known by the session alone."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest

from accounts.models import Purpose, Unfinished
from kit.crypto import lookup

LIFE: Final = timedelta(days=1)
MARK: Final = "visited"


def session_of(request: HttpRequest) -> str:
    """Return the keyed hash of the visitor's session, opening one where there is none.

    Nothing but a mark is written into the session, so that the cookie is sent. Looking for the mark loads the session,
    which discards a key that was not ours: nobody can hand a visitor a session to read along in.
    """
    if MARK not in request.session:
        if request.session.session_key is None:
            request.session.create()
        request.session[MARK] = True
    return _hashed(request)


def kept_for(request: HttpRequest, purpose: Purpose, *, at: datetime) -> dict[str, Any]:
    """Return what this visitor left unfinished; a visitor without a session gets none for it."""
    return recall(purpose, _hashed(request), at=at) if MARK in request.session else {}


def _hashed(request: HttpRequest) -> str:
    return lookup(str(request.session.session_key), purpose="session")


def recall(purpose: Purpose, session: str, *, at: datetime) -> dict[str, Any]:
    """Return what was kept, or nothing when there is none or it is older than a day."""
    row = Unfinished.objects.alive(at).filter(purpose=purpose, session_hash=session).first()
    return json.loads(row.payload) if row else {}


def keep(purpose: Purpose, session: str, data: dict[str, Any], *, at: datetime) -> None:
    """Keep ``data`` in place of what was there, for a day from now."""
    payload = json.dumps(data, ensure_ascii=False)
    row, is_new = Unfinished.objects.get_or_create(
        purpose=purpose,
        session_hash=session,
        defaults={"payload": payload, "created_at": at, "expires_at": at + LIFE},
    )
    if not is_new:
        row.payload = payload
        row.expires_at = at + LIFE
        row.save(update_fields=["payload", "expires_at"])


def forget(purpose: Purpose, session: str) -> None:
    """Delete what was kept."""
    Unfinished.objects.filter(purpose=purpose, session_hash=session).delete()
