"""Sessions of apps: a short access key, and a refresh key that is used once; using one again ends the session.

Keys have 256 random bits and are stored as plain hashes. An access key lives a quarter of an hour, a session thirty
days after it was last refreshed (RFC 6819, 5.2.2.3; RFC 9700, 4.14.2).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest

from accounts import policy
from accounts.models import AppSession, RefreshKey, SessionEnd, User
from accounts.sign_in.devices import place
from accounts.sign_in.sessions import hashed
from kit.compiled_reads import CompiledRead
from kit.crypto import lookup, lookups
from notifications import addresses
from notifications.models import PushSubscription

logger = logging.getLogger(__name__)

ACCESS_LIFE: Final = timedelta(minutes=15)
SESSION_LIFE: Final = timedelta(days=30)
#: The app that signed in longest ago is signed out beyond it.
MOST_OF_A_PERSON: Final = 20
_MARK: Final = "app_session"


class SessionOver(Exception):
    """The key belongs to no session that goes on."""


@dataclass(frozen=True)
class Keys:
    """The keys of a session as the app gets them, once."""

    session: AppSession
    access: str
    refresh: str


def begin(request: HttpRequest, user: User, *, device: str, at: datetime) -> Keys:
    """Begin a session of a citizen who has just proven the password; the oldest beyond the limit are ended."""
    access, here = secrets.token_urlsafe(32), place(request)
    with transaction.atomic():
        session = AppSession.objects.create(
            user=user,
            device=device or here["device"],
            network=here["network"],
            access_hash=hashed(access),
            access_until=at + ACCESS_LIFE,
            password_mark=lookup(user.password, purpose=_MARK),
            policy_due=not policy.has_accepted(user.citizen, at=at),
            began_at=at,
            used_at=at,
            expires_at=at + SESSION_LIFE,
        )
        surplus = [one.pk for one in open_sessions(user, at=at)[MOST_OF_A_PERSON:]]
        if surplus:
            _end(surplus, SessionEnd.REVOKED, at=at)
        return Keys(session, access, _new_refresh_key(session, at=at))


def _new_refresh_key(session: AppSession, *, at: datetime) -> str:
    key = secrets.token_urlsafe(32)
    RefreshKey.objects.create(session=session, key_hash=hashed(key), issued_at=at)
    return key


def find_session(access: str, *, at: datetime) -> AppSession | None:
    """Return the session of an access key that holds at ``at``, with user and citizen, in one statement."""
    session = _LIVING.first(access=hashed(access), at=at)
    return session if session is not None and _goes_on(session) else None


_LIVING: Final = CompiledRead(
    lambda _shape, *, access, at: AppSession.objects.select_related("user__citizen").filter(
        access_hash=access, access_until__gt=at, ended_at=None
    ),
    is_prepared=True,
)


def _goes_on(session: AppSession) -> bool:
    """Tell whether its citizen may still sign in, with the password that the session began with."""
    user = session.user
    is_citizen = user.is_active and not user.is_staff and hasattr(user, "citizen")
    return is_citizen and session.password_mark in lookups(user.password, purpose=_MARK)


def refresh(key: str, *, at: datetime) -> Keys:
    """Return new keys in place of the refresh key, which is used up; raise ``SessionOver``.

    Locks the session: of two who come at once the second uses a used key, and that ends the session of both.
    """
    with transaction.atomic():
        found = RefreshKey.objects.filter(key_hash=hashed(key)).values_list("session", flat=True).first()
        sessions = AppSession.objects.select_for_update(of=("self",)).select_related("user__citizen")
        session = sessions.filter(pk=found, ended_at=None, expires_at__gt=at).first() if found else None
        keys = _rotate(session, key, at=at) if session is not None and _goes_on(session) else None
    if keys is None:
        raise SessionOver
    return keys


def _rotate(session: AppSession, key: str, *, at: datetime) -> Keys | None:
    if not session.refresh_keys.filter(key_hash=hashed(key), used_at=None).update(used_at=at):
        # Either the app or a thief has an old key: nobody can tell which of the two has the new one.
        logger.warning("a refresh key was used again", extra={"user_id": str(session.user_id)})
        _end([session.pk], SessionEnd.REPLAYED, at=at)
        return None
    access = secrets.token_urlsafe(32)
    session.access_hash, session.access_until = hashed(access), at + ACCESS_LIFE
    session.used_at, session.expires_at = at, at + SESSION_LIFE
    session.save(update_fields=["access_hash", "access_until", "used_at", "expires_at"])
    return Keys(session, access, _new_refresh_key(session, at=at))


def open_sessions(user: User, *, at: datetime) -> Sequence[AppSession]:
    """Return where ``user`` is signed in with an app, the one used last first; one statement."""
    return list(user.app_sessions.filter(ended_at=None, expires_at__gt=at).order_by("-used_at", "-began_at", "pk"))


def end(user: User, session: UUID, why: SessionEnd, *, at: datetime) -> bool:
    """End a session of ``user``; False where there is none that goes on."""
    own = user.app_sessions.filter(pk=session).values_list("pk", flat=True)
    return bool(_end(list(own), why, at=at))


def _end(keys: Sequence[UUID], why: SessionEnd, *, at: datetime) -> int:
    """End sessions, and with them the notifications on their telephones, which are shared."""
    going_on = AppSession.objects.filter(pk__in=keys, ended_at=None)
    pushed = [key for key in going_on.values_list("push", flat=True) if key is not None]
    for row in PushSubscription.objects.filter(pk__in=pushed) if pushed else ():
        addresses.remove(row, at=at)
    return going_on.update(ended_at=at, end=why)


def remember_push(session: AppSession, subscription: UUID) -> None:
    """Let the notifications of a push subscription end with the session."""
    session.push = subscription
    session.save(update_fields=["push"])


def accept_policy(session: AppSession, version: str, *, language: str, at: datetime) -> None:
    """Record that the person accepted the version of the policy that was shown, and let the session go on."""
    policy.accept(session.user.citizen, version, language=language, at=at)
    session.policy_due = False
    session.save(update_fields=["policy_due"])
