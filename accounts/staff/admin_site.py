"""The admin site, for operators only."""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.sign_in.factors import recent_factor_required


class OperatorsSite(AdminSite):
    """Reference data for operators to read; everybody else who is signed in gets 404.

    The unit changes them in `complaints/unit/directory.py`, and people have pages of their own.
    """

    site_title = _("At Your Service")
    site_header = _("Reference data")
    index_title = _("What you can read here")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let operators in."""
        return request.user.is_authenticated and request.user.is_staff and request.user.is_operator

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Answer 404 to whoever is signed in and no operator, and ask operators for a recent second factor."""
        page = super().admin_view(view, cacheable)
        opened = recent_factor_required()(page)

        @wraps(page)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return cast("HttpResponseBase", opened(request, *args, **kwargs))

        return wrapper

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the staff sign-in, which limits failures; the admin has no sign-in of its own."""
        del extra_context
        return redirect_to_login(request.GET.get("next", ""), resolve_url("staff-sign-in"))
