"""The page on which a member of staff chooses the language of messages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import members_of_staff, signed_in_user
from accounts.staff_account.language.forms import LanguageForm


@require_http_methods(["GET", "HEAD", "POST"])
@members_of_staff
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of all messages."""
    user = signed_in_user(request)
    form = LanguageForm(request.POST if request.method == "POST" else None, initial={"language": user.language})
    if form.is_bound and form.is_valid():
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["language"])
        messages.success(request, gettext("Your choice has been saved"))
        return redirect("staff-account")
    return render(request, "accounts/staff_account/language/language.html", {"form": form})
