"""The page that shows a member of staff their own account, and signs them out everywhere else."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from accounts import phones
from accounts.decorators import members_of_staff, signed_in_user
from accounts.sign_in import factors as recovery_codes, sessions

logger = logging.getLogger(__name__)


@require_safe
@members_of_staff
def account(request: HttpRequest) -> HttpResponse:
    """Show the account: factors, how messages come, and where the person is signed in."""
    user = signed_in_user(request)
    factors = list(user.factors.order_by("created_at", "pk"))
    page = {
        "factors": factors,
        "is_only_one": len(factors) == 1,
        "codes_left": recovery_codes.left(user),
        "open_sessions": sessions.open_sessions(user, request.session, at=timezone.now()),
        "masked_phone": phones.mask(user.phone) if user.phone else "",
    }
    return render(request, "accounts/staff_account/account.html", page)


@require_POST
@members_of_staff
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere else."""
    user = signed_in_user(request)
    sessions.end_others(user, request.session)
    logger.info("other sessions were ended", extra={"user_id": str(user.pk)})
    messages.success(request, gettext("You are signed out on every other device"))
    return redirect("staff-account")
