"""Whether this process lives, and whether it can serve: asked by whatever starts and watches it."""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.broker import Broker
from notifications.periodic import runs


@require_safe
@never_cache
@login_not_required
def live(_request: HttpRequest) -> JsonResponse:
    """Say that the process answers; it asks nothing of anyone else, so that a slow database never restarts it."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
@login_not_required
def ready(_request: HttpRequest) -> JsonResponse:
    """Say whether pages can be served, 503 while they cannot, and which part is away.

    Without the broker all but the sending of messages works, and without the schedule all but reminders and deadlines:
    that is degraded, and a balancer goes on sending people.
    """
    parts = {"database": _database_answers(), "broker": _broker_answers()}
    is_ready = parts["database"]
    parts["schedule"] = is_ready and _schedule_runs()
    status = "ready" if all(parts.values()) else "degraded" if is_ready else "down"
    return JsonResponse({"ready": is_ready, "status": status, **parts}, status=200 if is_ready else 503)


# The database may be away: nobody's session is asked for.
live.keeps_no_session = ready.keeps_no_session = True  # type: ignore[attr-defined]


def _database_answers() -> bool:
    # Whatever the driver raises, the answer is the same: not now.
    with suppress(Exception), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return True
    return False


def _schedule_runs() -> bool:
    with suppress(Exception):
        return runs.is_running()
    return False


def _broker_answers() -> bool:
    where = Broker(
        settings.REDIS_URL, tuple(settings.REDIS_SENTINELS), settings.REDIS_SENTINEL_PASSWORD, settings.REDIS_CA_FILE
    )
    return where.answers(seconds=1)
