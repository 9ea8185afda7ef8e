"""Sessions in PostgreSQL, found by the hash of their key; they end twelve hours after the sign-in.

``SessionStore`` makes this module a SESSION_ENGINE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY as USER_KEY, login
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Session, User
from accounts.sign_in import devices
from kit.compiled_reads import CompiledRead
from kit.idle_sessions import keeps_no_session

LIFE: Final = timedelta(hours=12)
#: What a session holds: when it began, where, and when it was used last.
BEGAN: Final = "began"
PLACE: Final = "place"
SEEN: Final = "seen"
#: Read by every request that has a session.
_LIVING: Final = CompiledRead(
    lambda _shape, *, key, at: Session.objects.filter(session_key=key, expire_date__gt=at), is_prepared=True
)
#: The same with whose it is, for the pages.
_LIVING_WITH_USER: Final = CompiledRead(
    lambda _shape, *, key, at: Session.objects.filter(session_key=key, expire_date__gt=at).select_related(
        "user__citizen"
    ),
    is_prepared=True,
)


class SessionStore(DatabaseStore):
    """Django's store with our table: a column for the user, and a hash in place of the key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:  # type: ignore[override] # no AbstractBaseSession: its key is shorter
        """Return our table."""
        return Session

    #: Django's takes the name of the class, so that no other class could read what one wrote.
    key_salt = "django.contrib.sessions.SessionStore"
    _living = _LIVING

    def _get_session_from_db(self) -> Session | None:
        found = self._living.first(key=hashed(self.session_key), at=timezone.now())
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Tell whether a key is taken."""
        return Session.objects.filter(session_key=hashed(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:  # type: ignore[override] # as get_model_class
        """Return the row: with its user, and with an end that no request can move."""
        row = cast("Session", super().create_model_instance(data))
        row.session_key = hashed(row.session_key)
        row.expire_date = _end(data, row.expire_date)
        row.user_id = data.get(USER_KEY)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete the row of a key, by default of this session's."""
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=hashed(key)).delete()


class SessionWithUser(SessionStore):
    """The store of the pages: a session is read together with its user, in one statement."""

    _living = _LIVING_WITH_USER
    #: Whose session was read, None before it was, and where it is nobody's.
    user: User | None = None

    def _get_session_from_db(self) -> Session | None:
        found = super()._get_session_from_db()
        self.user = found.user if found is not None else None
        return found


def hashed(key: str | None) -> str:
    """Return what a key is stored as; a key has 160 random bits, so a plain hash does not give it away."""
    return hashlib.sha256((key or "").encode()).hexdigest()


def _end(data: Mapping[str, Any], idle_end: datetime) -> datetime:
    began = data.get(BEGAN)
    return min(idle_end, datetime.fromtimestamp(began, tz=UTC) + LIFE) if began else idle_end


# ---- the sessions of one person ----


@dataclass(frozen=True)
class OpenSession:
    """One browser in which a person is signed in; shown as an app's session is (``AppSession``)."""

    device: str
    network: str
    began_at: datetime
    used_at: datetime
    is_this: bool


def open_sessions(user: User, current: SessionBase, *, at: datetime) -> list[OpenSession]:
    """Return where ``user`` is signed in, this session first, then the newest; one query."""
    rows = Session.objects.filter(user=user, expire_date__gt=at)
    this = hashed(current.session_key)
    found = [_opened(current.decode(row.session_data), is_this=row.session_key == this) for row in rows]
    return sorted(found, key=lambda one: (not one.is_this, -one.used_at.timestamp()))


def _opened(data: Mapping[str, Any], *, is_this: bool) -> OpenSession:
    began, place = data.get(BEGAN, 0), data.get(PLACE, {})
    return OpenSession(
        device=place.get("device", ""),
        network=place.get("network", ""),
        began_at=datetime.fromtimestamp(began, tz=UTC),
        used_at=datetime.fromtimestamp(data.get(SEEN, began), tz=UTC),
        is_this=is_this,
    )


def end_others(user: User, current: SessionBase) -> int:
    """End every session of ``user`` but this one; return how many there were."""
    others = Session.objects.filter(user=user).exclude(session_key=hashed(current.session_key))
    return others.delete()[0]


# ---- What a page asks about its own session: how long it lasts, and to stay. ----


#: Seconds said while the session is still there: another request may have moved its end.
LEAST: Final = 5


@keeps_no_session
@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """Return how many seconds the session has left, and whether a press moves its end; a POST is such a press.

    Asking keeps no session. Whoever is signed in no more has no seconds left.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"ends_in": 0, "can_stay": False})
    at = timezone.now()
    if request.method == "POST":
        request.session[SEEN] = int(at.timestamp())
    idle_end, last_end = _ends(request.session, at=at)
    left = (min(idle_end, last_end) - at).total_seconds()
    return JsonResponse({"ends_in": max(LEAST, int(left)), "can_stay": idle_end < last_end})


def _ends(session: SessionBase, *, at: datetime) -> tuple[datetime, datetime]:
    """Return when the session ends without a press, and when it ends in any case."""
    seen = datetime.fromtimestamp(session.get(SEEN, at.timestamp()), tz=UTC)
    began = session.get(BEGAN)
    last_end = datetime.fromtimestamp(began, tz=UTC) + LIFE if began else datetime.max.replace(tzinfo=UTC)
    return seen + timedelta(seconds=settings.SESSION_COOKIE_AGE), last_end


# ---- The one way to open a session: somebody is signed in, and the session says since when and where. ----


def open_session(request: HttpRequest, user: User, *, backend: str, at: datetime) -> None:
    """Sign somebody in under a new key; the session ends ``sessions.LIFE`` after ``at`` at the latest."""
    login(request, user, backend=backend)
    request.session[BEGAN] = request.session[SEEN] = int(at.timestamp())
    request.session[PLACE] = devices.place(request)
