"""The page on which operators try the registry with typed details."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.http import require_http_methods

from accounts import rate_limits
from accounts.decorators import handles_rate_limits, signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.identity.registries import IdentityClaim
from accounts.identity.registries.trial import Trial, try_out
from accounts.models import Citizen, User
from accounts.registration.forms import WhoForm
from accounts.registration.register import identity_details
from accounts.roles import OPERATORS
from accounts.sign_in.factors import recent_factor_required
from complaints.staff.frame import frame

logger = logging.getLogger(__name__)


@staff_required(OPERATORS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@handles_rate_limits
def registry_trial(request: HttpRequest) -> HttpResponse:
    """Ask the registry about typed details and show both masked; whoever has this number can read that it was asked."""
    if not settings.REGISTRY:
        raise Http404
    user, at = signed_in_user(request), timezone.now()
    form = WhoForm(request.POST if request.method == "POST" else None)
    trial = _try(form, user, at=at) if form.is_bound and form.is_valid() else None
    context = {"form": form, "trial": trial, **frame(user, at=at)}
    return render(request, "config/registry_trial.html", context)


def _try(form: WhoForm, user: User, *, at: datetime) -> Trial:
    rate_limits.spend(rate_limits.REGISTRY_TRIALS_PER_USER, str(user.pk), at=at)
    claim = IdentityClaim(**identity_details(form.cleaned_data))
    for citizen in Citizen.objects.numbered(claim.number_kind, claim.number):
        with override(citizen.language):
            reason = gettext("Trial of the connection to the civil register")
        disclosure.reveal(citizen, viewer=user, about=disclosure.CaseMark(), fields=("number",), reason=reason, at=at)
    trial = try_out(claim, at=at)
    logger.info(
        "the registry was tried",
        extra={"user_id": str(user.pk), "registry": trial.finding.source, "outcome": trial.finding.outcome.value},
    )
    return trial
