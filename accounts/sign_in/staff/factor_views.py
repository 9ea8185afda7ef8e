"""The pages of a sign-in after the password: the second factor, or enrolling the first one with recovery codes."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import visitors_only
from accounts.models import Purpose, User
from accounts.sign_in import form_drafts
from accounts.sign_in.factors import enrolment, enrolment_page, passkeys, recovery_codes, verification
from accounts.sign_in.factors.forms import CodesKeptForm, FactorForm
from accounts.sign_in.staff import stages


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Ask for the factor, and sign in; whoever has none enrols one first."""
    at = timezone.now()
    user = stages.pending_user(request, at=at)
    if user is None:
        return _password_again(request)
    if not user.factors.exists():
        return redirect("staff-sign-in-enrol")
    form = FactorForm(request.POST if request.method == "POST" else None)
    if form.is_bound and verification.is_proven(form, user, request.session, at=at):
        return _signed_in(request, user, at=at)
    page = {"form": form, "options": passkeys.sign_in_options(user, request.session), "origin": passkeys.origin()}
    return render(request, "accounts/sign_in/staff/factor.html", page)


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol the first factor: an authenticator app or a passkey; it is saved with the recovery codes."""
    at = timezone.now()
    user = stages.pending_user(request, at=at, life=stages.ENROLMENT_LIFE)
    if user is None:
        return _password_again(request)
    if user.factors.exists():
        return redirect("staff-sign-in-factor")
    page = enrolment_page.read(request, user, at=at)
    if page.factor is not None:
        draft = {"user": str(user.pk), **enrolment.drafted(page.factor), "codes": recovery_codes.new_codes()}
        form_drafts.keep(Purpose.RECOVERY, form_drafts.session_hash(request), draft, at=at)
        return redirect("staff-sign-in-codes")
    return render(request, "accounts/sign_in/staff/enrol.html", page.context)


@visitors_only
@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Show the recovery codes until the person says that they are kept; then save them with the factor, and sign in."""
    at = timezone.now()
    user = stages.pending_user(request, at=at, life=stages.ENROLMENT_LIFE)
    if user is None:
        return _password_again(request)
    draft = form_drafts.draft_for(request, Purpose.RECOVERY, at=at)
    if draft.get("user") != str(user.pk) or "secret" not in draft:
        return redirect("staff-sign-in-factor")
    form = CodesKeptForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            enrolment.enrol_first(user, enrolment.from_draft(draft), draft["codes"], at=at)
        except enrolment.AlreadyEnrolled:
            return redirect("staff-sign-in-factor")
        for purpose in (Purpose.FACTOR, Purpose.RECOVERY):
            form_drafts.forget(purpose, form_drafts.session_hash(request))
        return _signed_in(request, user, at=at)
    return render(request, "accounts/sign_in/staff/codes.html", {"form": form, "codes": draft["codes"]})


def _password_again(request: HttpRequest) -> HttpResponse:
    if stages.PENDING in request.session:
        messages.info(request, gettext("Too much time has passed since the password. Enter it again"))
    return redirect("staff-sign-in")


def _signed_in(request: HttpRequest, user: User, *, at: datetime) -> HttpResponse:
    return redirect(stages.complete(request, user, at=at) or "desk")
