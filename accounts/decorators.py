"""Decorators that say who may open a page, and helpers for the signed-in user of a request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import wraps
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts import policy, rate_limits
from accounts.models import Citizen, MandateOver, User
from accounts.roles import Role

logger = logging.getLogger(__name__)

#: The key in a session in which the changed usage policy is still to be accepted.
POLICY_DUE = "policy_due"

type Page = Callable[..., HttpResponseBase]


def citizen_required[V: Page](view: V) -> V:
    """Let citizens in; redirect staff to their desk, and visitors to the citizens' sign-in.

    Who signed in after the usage policy changed accepts it first; what was asked for is kept. Whoever speaks for
    another by a mandate that is over is told so, and nothing is written.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = signed_in_user(request)
        if user.is_staff:
            return redirect("desk")
        if not hasattr(user, "citizen"):
            raise Http404
        if request.session.get(POLICY_DUE):
            return redirect(policy_url(request.get_full_path()))
        try:
            return view(request, *args, **kwargs)
        except MandateOver as over:
            return _mandate_over_page(request, over)

    return cast("V", wrapper)


def _mandate_over_page(request: HttpRequest, over: MandateOver) -> HttpResponse:
    typed = [request.POST[name] for name in ("subject", "details", "text") if request.POST.get(name)]
    context = {"mandate": over.mandate, "typed": "\n".join(typed)}
    return render(request, "accounts/mandates/over.html", context, status=HTTPStatus.FORBIDDEN)


def policy_is_due(request: HttpRequest, citizen: Citizen) -> bool:
    """Tell whether the policy changed since the person accepted one, and let the session remember it: at a sign-in."""
    request.session[POLICY_DUE] = is_due = not policy.has_accepted(citizen, at=timezone.now())
    return is_due


def policy_url(target: str) -> str:
    """Return the address of the page that shows the changed policy and goes on to ``target``."""
    return f"{reverse('policy-accept')}?{urlencode({'next': target})}"


def staff_required[V: Page](roles: Collection[Role]) -> Callable[[V], V]:
    """Let in staff who hold one of ``roles`` today; answer 404 to everybody else who is signed in."""

    def decorate(view: V) -> V:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not signed_in_user(request).authority(timezone.now()).has(roles):
                raise Http404
            return view(request, *args, **kwargs)

        return cast("V", wrapper)

    return decorate


def members_of_staff[V: Page](view: V) -> V:
    """Let in staff, whatever their roles are today; answer 404 to citizens."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signed_in_user(request).is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return cast("V", wrapper)


def visitors_only[V: Page](view: V) -> V:
    """Make a public page, never cached, 429 above a rate limit; whoever is signed in is redirected away."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("desk" if request.user.is_staff else "home")
        return view(request, *args, **kwargs)

    return cast("V", login_not_required(never_cache(handles_rate_limits(wrapper))))


def handles_rate_limits[V: Page](view: V) -> V:
    """Answer ``RateLimitReached`` with the page that says how long to wait."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except rate_limits.RateLimitReached as reached:
            return rate_limit_page(request, reached.limit)

    return cast("V", wrapper)


def rate_limit_page(request: HttpRequest, limit: rate_limits.RateLimit) -> HttpResponse:
    """Return the 429 page for a limit that was reached."""
    logger.warning("a limit was reached", extra={"limit": limit.scope})
    return render(request, "accounts/too_many.html", {"minutes": limit.span.total_seconds() // 60}, status=429)


def signed_in_user(request: HttpRequest) -> User:
    """Return the user of a request that requires one."""
    return cast("User", request.user)


def signed_in_citizen(request: HttpRequest) -> Citizen:
    """Return the citizen of a request that requires one."""
    return cast("Citizen", cast("Any", request.user).citizen)


def local_next(request: HttpRequest) -> str:
    """Return the target of ``next`` if it is a path of this site, else an empty string."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_local = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if is_local else ""
