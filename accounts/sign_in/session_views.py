"""What a page asks about its own session: how long it lasts, and to stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.sign_in.sessions import BEGAN, LIFE, SEEN
from kit.idle_sessions import keeps_no_session

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
