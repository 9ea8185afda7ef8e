"""Answers to forms of browsers without script: kept and led to, so that Back and Reload send nothing again.

Where script runs, the page does that itself (decision 135). Whether it runs the form says (``csrf_token`` of
``kit.components.forms``). An answer is kept encrypted for an hour, and found by its address, the cookie of the forms of
its browser, whoever is signed in and the mandates by which they speak for others; one of staff for ten minutes, and by
their roles.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from accounts import rate_limits
from accounts.models import Mandate, Purpose, User
from accounts.rate_limits import client_address
from accounts.sign_in import held_forms
from config.staff_pages import is_staff_page
from kit.components.forms import is_scriptless
from kit.crypto import lookup

#: The parameter of an address that names a kept answer.
ANSWER: Final = "answer"
#: The statuses of pages that show a form again, or what it led to.
KEPT_STATUSES: Final = frozenset({200, 409, 429})
#: How long a page of staff is kept: it shows cases of people who may have gone elsewhere.
STAFF_LIFE: Final = timedelta(minutes=10)
#: Bytes of a page; a longer one is answered as it is.
LONGEST: Final = 200_000


class AnsweredForms:
    """Middleware: leads from a form of a browser without script to its answer. Stands last, behind every door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Keep what a form is answered that asks for it."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not _is_to_be_kept(request, response) or not _has_room(request):
            return response
        token = secrets.token_urlsafe(32)
        answer = {"body": response.text, "status": response.status_code, "headers": dict(response.headers)}
        life = STAFF_LIFE if is_staff_page(request) else rate_limits.HOUR
        held_forms.keep(Purpose.ANSWERED, _reference(request, token), answer, at=timezone.now(), life=life)
        query = request.GET.copy()
        query[ANSWER] = token
        return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Show the answer that the address names; the page itself where it is over or another person's."""
        token = request.GET.get(ANSWER, "")
        if not token or request.method != "GET":
            return None
        answer: dict[str, Any] = held_forms.load(Purpose.ANSWERED, _reference(request, token), at=timezone.now())
        if not answer:
            return None
        headers = answer["headers"] | {"Cache-Control": "no-store, private"}
        return HttpResponse(answer["body"], status=answer["status"], headers=headers)


def _is_to_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "POST"
        and response.status_code in KEPT_STATUSES
        and response.headers.get("Content-Type", "").startswith("text/html")
        and len(response.content) <= LONGEST
        and settings.CSRF_COOKIE_NAME in request.COOKIES
        and is_scriptless(request)
    )


def _has_room(request: HttpRequest) -> bool:
    return rate_limits.allows(rate_limits.ANSWERS_PER_ADDRESS, client_address(request), at=timezone.now())


def _reference(request: HttpRequest, token: str) -> str:
    parts = (token, request.path, request.COOKIES.get(settings.CSRF_COOKIE_NAME, ""), *_reader(request))
    return lookup("\0".join(parts), purpose="answered form")


def _reader(request: HttpRequest) -> tuple[str, str]:
    """Return who reads an answer, and by what: whoever has lost a role or a mandate asks the page again, which decides.

    One statement.
    """
    user, at = request.user, timezone.now()
    if not isinstance(user, User):
        return "", ""
    if is_staff_page(request):
        return str(user.pk), repr(sorted((str(role), agency or 0) for role, agency in user.authority(at).roles))
    spoken_for = Mandate.objects.in_force(at).filter(representative__user=user).values_list("pk", flat=True)
    return str(user.pk), repr(sorted(map(str, spoken_for)))
