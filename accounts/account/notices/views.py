"""The page on which a citizen chooses the language and channel of messages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.account.notices.choice import save_choice
from accounts.account.notices.forms import NoticesForm
from accounts.decorators import citizen_required, signed_in_citizen


@require_http_methods(["GET", "POST"])
@citizen_required
def notices(request: HttpRequest) -> HttpResponse:
    """Choose the language of all messages, and the channel offered first for a new case."""
    citizen = signed_in_citizen(request)
    form = NoticesForm(
        request.POST or None,
        phone=citizen.offered_phone,
        email=citizen.confirmed_email,
        initial={"language": citizen.language, "notify_by": citizen.offered_way},
    )
    if request.method == "POST" and form.is_valid():
        save_choice(citizen, **form.cleaned_data)
        messages.success(request, gettext("Your choice has been saved"))
        return redirect("account")
    return render(request, "accounts/account/notices/notices.html", {"form": form, "citizen": citizen})
