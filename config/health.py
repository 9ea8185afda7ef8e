"""Whether this process lives, and whether it can serve: asked by whatever starts and watches it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.broker import Broker
from kit.idle_sessions import keeps_no_session
from notifications import periodic

#: The parts that rows and the server itself tell about, each in a statement or two.
ASKED_OF_THE_DATABASE: Final[Mapping[str, Callable[[], bool]]] = {
    "schedule": periodic.is_running,
    "log_archive": periodic.is_log_archived,
    "backup": periodic.is_backup_recent,
}


@keeps_no_session
@require_safe
@never_cache
@login_not_required
def live(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers; it asks nothing of anyone else, so that a slow database never restarts it."""
    return JsonResponse({"live": True})


@keeps_no_session
@require_safe
@never_cache
@login_not_required
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether pages can be served, 503 while they cannot, and which part is away.

    Without the broker all but the sending of messages works, without the schedule all but reminders and deadlines, and
    without backup or archive of the log everything: that is degraded, and a balancer goes on sending people.
    """
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    is_ready = parts["database"]
    for name, asked in ASKED_OF_THE_DATABASE.items():
        parts[name] = is_ready and _says_yes(asked)
    status = "ready" if all(parts.values()) else "degraded" if is_ready else "down"
    return JsonResponse({"ready": is_ready, "status": status, **parts}, status=200 if is_ready else 503)


def _database_answers() -> bool:
    # Whatever the driver raises, the answer is the same: not now.
    with suppress(Exception), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return True
    return False


def _says_yes(asked: Callable[[], bool]) -> bool:
    with suppress(Exception):
        return asked()
    return False


def _broker_answers() -> bool:
    where = Broker(
        settings.REDIS_URL, tuple(settings.REDIS_SENTINELS), settings.REDIS_SENTINEL_PASSWORD, settings.REDIS_CA_FILE
    )
    return where.answers(seconds=1)
