"""The admin as this system has it: for operators, entered by the staff door."""

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


class OperatorsSite(AdminSite):
    """Reference data and staff accounts, for operators only; for everybody else there is no such page."""

    site_title = _("At Your Service")
    site_header = _("Reference data and staff accounts")
    index_title = _("What can be changed here")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let operators in."""
        return request.user.is_authenticated and request.user.is_staff and request.user.is_operator

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Tell whoever is signed in and no operator that there is nothing here."""
        page = super().admin_view(view, cacheable)

        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return cast("HttpResponseBase", page(request, *args, **kwargs))

        return guarded

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send everybody to the staff door, which counts failures; the admin has none of its own."""
        del extra_context
        return redirect_to_login(request.GET.get("next", ""), resolve_url("staff-sign-in"))
