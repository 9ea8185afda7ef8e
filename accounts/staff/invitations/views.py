"""The page behind the link of an invitation: new staff set their own password."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.decorators import handles_rate_limits
from accounts.models import User
from accounts.sign_in.passwords.forms import NewPasswordForm
from accounts.sign_in.passwords.rules import PasswordOwner
from accounts.staff.invitations import invitations
from accounts.staff.invitations.invitations import LinkState, LinkUnusable
from kit.link_pages import opened_by_link

logger = logging.getLogger(__name__)


@opened_by_link
@require_http_methods(["GET", "HEAD", "POST"])
@handles_rate_limits
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form for the password, or why the link no longer works; opening the link alone uses nothing up."""
    at = timezone.now()
    state, invitation = invitations.find(token, at=at)
    if invitation is None or state != LinkState.OPEN:
        return _unusable(request, state)
    form = NewPasswordForm(request.POST or None, owner=_owner(invitation.user))
    if request.method == "POST" and form.is_valid():
        rate_limits.spend(rate_limits.NEW_PASSWORDS_PER_ADDRESS, rate_limits.client_address(request), at=at)
        try:
            user = invitations.accept(token, form.cleaned_data["password"], at=at)
        except LinkUnusable as unusable:
            return _unusable(request, unusable.state)
        logger.info("an invitation was accepted", extra={"user_id": str(user.pk)})
        # Whoever was signed in at this browser is another person, or another account of the same one.
        logout(request)
        messages.success(request, gettext("Your password is set. Sign in with your work e-mail"))
        return redirect("staff-sign-in")
    return render(request, "accounts/staff/invitations/accept.html", {"form": form, "person": invitation.user})


def _unusable(request: HttpRequest, state: LinkState) -> HttpResponse:
    """Say why a link does not work; one that nobody ever sent is not found."""
    status = HTTPStatus.NOT_FOUND if state == LinkState.UNKNOWN else HTTPStatus.GONE
    return render(request, "accounts/staff/invitations/unusable.html", {"state": state.value}, status=status)


def _owner(user: User) -> PasswordOwner:
    names = user.name_en.split() or [""]
    return PasswordOwner(first_name=names[0], family_name=names[-1], email=user.email)
