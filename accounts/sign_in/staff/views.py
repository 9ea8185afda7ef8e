"""The first page of the sign-in of staff: e-mail address and password; the second factor follows."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import local_next, visitors_only
from accounts.sign_in import backends, held_forms
from accounts.sign_in.attempts import STAFF, Attempt
from accounts.sign_in.staff import stages
from accounts.sign_in.staff.forms import StaffSignInForm


@visitors_only
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Check the password; five failures for one address and e-mail lock it out for a quarter of an hour."""
    form = StaffSignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, login_name = timezone.now(), form.cleaned_data["email"].lower()
        member = backends.member_of_staff(login_name)
        attempt = Attempt(request, STAFF, login_name, [member] if member else [])
        with attempt.counted(at=at):
            user = authenticate(request, login=login_name, password=form.cleaned_data["password"])
        if user is not None:
            attempt.succeeded(at=at)
            stages.begin(request, user, then=local_next(request), at=at)
            return redirect("staff-sign-in-factor")
        attempt.failed()
        form.add_error("email", gettext("The e-mail or the password is not right"))
    context = {
        "form": form,
        "next": local_next(request),
        "is_form_held": held_forms.is_waiting(request, at=timezone.now()),
    }
    return render(request, "accounts/sign_in/staff/sign_in.html", context)
