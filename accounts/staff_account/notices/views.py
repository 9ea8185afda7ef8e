"""The page on which a member of staff chooses the language of messages, and which of them come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import members_of_staff, signed_in_user
from accounts.staff_account.notices.forms import StaffNoticesForm

CHOICES = ("language", "sms_about", "wants_digest")


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
def notices(request: HttpRequest) -> HttpResponse:
    """Choose the language of all messages, what comes by SMS, and whether the morning summary comes."""
    user = signed_in_user(request)
    chosen = {name: getattr(user, name) for name in CHOICES}
    form = StaffNoticesForm(request.POST if request.method == "POST" else None, initial=chosen)
    if form.is_bound and form.is_valid():
        for name in CHOICES:
            setattr(user, name, form.cleaned_data[name])
        user.save(update_fields=CHOICES)
        messages.success(request, gettext("Your choice has been saved"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/notices/notices.html", {"form": form})
