"""Who may open a page: strangers are told that it does not exist, visitors are shown the door they use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts import rate_limits
from accounts.models import Citizen, User
from accounts.roles import Role

type Page = Callable[..., HttpResponseBase]


def citizen_required[V: Page](view: V) -> V:
    """Let citizens in; staff are sent to their desk, whoever is not signed in to the citizens' door."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = user_of(request)
        if user.is_staff:
            return redirect("desk")
        if not hasattr(user, "citizen"):
            raise Http404
        return view(request, *args, **kwargs)

    return cast("V", guarded)


def staff_required[V: Page](roles: Collection[Role]) -> Callable[[V], V]:
    """Let in staff who hold one of ``roles`` today; a citizen or another member of staff is told 404."""

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not user_of(request).authority(timezone.now()).has(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return cast("V", guarded)

    return decorate


def visitors_only[V: Page](view: V) -> V:
    """Make a page of the doors: public, never kept by a browser, not for whoever is signed in, 429 beyond a limit."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("desk" if request.user.is_staff else "home")
        return view(request, *args, **kwargs)

    return cast("V", login_not_required(never_cache(answers_too_many(guarded))))


def answers_too_many[V: Page](view: V) -> V:
    """Answer ``limits.TooMany`` with the page that says how long to wait."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except rate_limits.TooMany as too_many:
            return too_many_page(request, too_many.limit)

    return cast("V", guarded)


def too_many_page(request: HttpRequest, limit: rate_limits.Limit) -> HttpResponse:
    """Return the page for a limit that is reached."""
    return render(request, "accounts/too_many.html", {"minutes": limit.span.total_seconds() // 60}, status=429)


def user_of(request: HttpRequest) -> User:
    """Return the user of a page that needs one."""
    return cast("User", request.user)


def citizen_of(request: HttpRequest) -> Citizen:
    """Return the person of a citizen's page."""
    return cast("Citizen", cast("Any", request.user).citizen)


def local_next(request: HttpRequest) -> str:
    """Return the page of ours that ``next`` names, or nothing: never another site's, nor a scheme of its own."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_local = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_local else ""
