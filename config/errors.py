"""What is answered when a page fails: 503 while the database, the disk, hashing or typesetting cannot serve, else 500.

And 403 to a form whose token has expired, and 404 to whoever finds nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.csrf import requires_csrf_token
from django.views.defaults import page_not_found, server_error

from accounts.models import User
from accounts.roles import ANY_STAFF
from accounts.sign_in.passwords import HashingBusy
from complaints.staff.frame import frame
from complaints.unsent_forms import words_in
from config.monitoring.metrics import PAGES_NOT_SERVED
from config.staff_pages import is_staff_page
from kit.file_storage import has_no_room
from kit.outages import database_outage
from kit.storage_errors import StorageUnavailable
from kit.typesetting import TypesettingBusy

#: Seconds after which a browser or a proxy may ask again.
RETRY_AFTER: Final = 10
#: What a page never writes back.
SECRETS: Final = ("password", "code", "csrfmiddlewaretoken")


@requires_csrf_token
def failed(request: HttpRequest) -> HttpResponse:
    """Answer a request that raised an error: 503 if it could not be served now, 500 for everything else.

    Nothing of the request was written, so that it can be sent again: what was typed is on the page, files apart.
    Reads no user, no session and no database.
    """
    error = sys.exception()
    if not is_unavailable(error):
        return server_error(request)
    reason = database_outage(error) or "full"
    PAGES_NOT_SERVED.labels(reason=reason).inc()
    context = {
        "fields": list(_typed(request)),
        "has_files": bool(_files(request)),
        "is_locked": reason == "locked" and request.method == "POST",
    }
    page = loader.get_template("503.html").render(context, request if context["fields"] else None)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"})


@requires_csrf_token
def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Answer a form whose token is wrong or missing: 403, with what was typed to be sent again, in the frame it was in.

    A form that another site posted is not given back: nobody here wrote it, and a press would send it.
    """
    fields = list(_typed(request)) if _is_from_here(request) else []
    context = {
        "fields": fields,
        "texts": words_in(value for _name, value in fields),
        "has_files": bool(fields and _files(request)),
        **_frame_of_staff(request),
    }
    return render(request, "403_csrf.html", context, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address where there is nothing for this person: staff at work stay in their frame."""
    if around := _frame_of_staff(request):
        return render(request, "404_staff.html", around, status=404)
    return page_not_found(request, exception)


def _frame_of_staff(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of staff shows around a page of theirs; nothing for citizens, strangers and other pages."""
    user, at = getattr(request, "user", None), timezone.now()
    if not (is_staff_page(request) and isinstance(user, User) and user.authority(at).has(ANY_STAFF)):
        return {}
    return {**frame(user, at=at), "frame_template": "error_staff.html"}


def _is_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser says that a page of this very site posted the form."""
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def is_unavailable(error: BaseException | None) -> bool:
    """Tell whether ``error`` says that the database or the store of files is away, or something at its limit."""
    is_at_its_limit = isinstance(error, HashingBusy | StorageUnavailable | TypesettingBusy) or has_no_room(error)
    return is_at_its_limit or bool(database_outage(error))


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Yield the names and values of a form that was posted, without secrets."""
    if request.method != "POST":
        return
    try:
        posted = request.POST
    except (MultiPartParserError, OSError):
        return
    for name, values in posted.lists():
        if not any(secret in name for secret in SECRETS):
            yield from ((name, str(value)) for value in values)


def _files(request: HttpRequest) -> int:
    return len(request.FILES) if request.method == "POST" else 0
