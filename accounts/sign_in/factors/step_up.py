"""Asks for the second factor again before exports, identities, roles and settings, if it was given a while ago.

What a person asked for meanwhile is kept on the server, encrypted: a page is opened afterwards, and a form is shown
again with what was typed, to be sent by another press.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final, cast

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from accounts.decorators import Page
from accounts.models import Purpose
from accounts.sign_in import form_drafts

RECENT: Final = timedelta(minutes=15)
#: What the session holds: when the factor was given last.
FACTOR_AT: Final = "factor_at"
TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def recent_factor_required[V: Page](*, back_to: str = "", of: str = "", within: timedelta = RECENT) -> Callable[[V], V]:
    """Ask for the factor, unless it was given ``within`` this time; stands below the decorator of the roles.

    Afterwards the person comes back to the page, or to the one named ``back_to`` where the answer is a file; ``of``
    names the part of the address that both pages have, if there is one.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            at = timezone.now()
            if is_recent(request.session, at=at, within=within):
                return view(request, *args, **kwargs)
            back = reverse(back_to, kwargs={of: kwargs[of]} if of else None) if back_to else ""
            asked = _page_to_return_to(request, back=back)
            form_drafts.keep(Purpose.STEP_UP, form_drafts.session_hash(request), asked, at=at)
            return redirect("staff-confirm")

        return cast("V", wrapper)

    return decorate


def is_recent(session: SessionBase, *, at: datetime, within: timedelta = RECENT) -> bool:
    """Tell whether the factor was given ``within`` this time, fifteen minutes if nothing else is said."""
    given: int = session.get(FACTOR_AT, 0)
    return at.timestamp() - given <= within.total_seconds()


def asked_for(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Return what the person asked for before the factor: path and, of a form, its fields; empty for nothing."""
    return form_drafts.draft_for(request, Purpose.STEP_UP, at=at)


def confirm(request: HttpRequest, *, at: datetime) -> None:
    """Note that the factor was given, under a new key of the session."""
    asked = asked_for(request, at=at)
    form_drafts.forget(Purpose.STEP_UP, form_drafts.session_hash(request))
    request.session.cycle_key()
    request.session[FACTOR_AT] = int(at.timestamp())
    if "fields" in asked:
        form_drafts.keep(Purpose.STEP_UP, form_drafts.session_hash(request), asked, at=at)


def _page_to_return_to(request: HttpRequest, *, back: str) -> dict[str, Any]:
    if request.method == "POST":
        fields = [(name, value) for name, values in request.POST.lists() for value in values if name != TOKEN]
        return {"path": request.get_full_path(), "fields": fields, "had_files": bool(request.FILES)}
    query = request.META.get("QUERY_STRING", "")
    return {"path": f"{back}{query and '?'}{query}" if back else request.get_full_path()}
