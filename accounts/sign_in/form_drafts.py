"""Keeps what a visitor typed between the steps of a form: on the server, encrypted, found by the session only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest

from accounts.models import FormDraft, Purpose
from kit.crypto import lookup
from kit.upserts import insert_or_lock

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
