"""The page after a sign-in that gives a form back which came after its session had ended."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.sign_in import held_forms
from accounts.sign_in.held_forms import HeldForm
from complaints import unsent_forms


@require_safe
def held_form(request: HttpRequest) -> HttpResponse:
    """Lead to the form with its text back in it, or show the text with a button that sends it again.

    Whoever is signed in and did not write it is led to their start page, without a word about it.
    """
    user, at = signed_in_user(request), timezone.now()
    held = held_forms.find(request, at=at)
    if held is None:
        return redirect("desk" if user.is_staff else "home")
    if not _is_back_in_its_form(request, held):
        return render(
            request, "held_form.html", {"held": held, "texts": unsent_forms.words_in(value for _, value in held.fields)}
        )
    held_forms.held_forms_forget(request)
    text = gettext(
        "Your session had ended when you sent this, so it was not sent. What you wrote is back: send it now."
    )
    messages.warning(request, text)
    if held.had_files:
        messages.warning(request, gettext("Files are not kept. If you chose any, choose them again."))
    return redirect(held.path)


def _is_back_in_its_form(request: HttpRequest, held: HeldForm) -> bool:
    """Keep ``held`` as the unsent form of its page if that is one, and the case still the reader's."""
    user, at = signed_in_user(request), timezone.now()
    try:
        found = resolve(held.path.partition("?")[0])
    except Resolver404:
        return False
    if not getattr(found.func, "keeps_unsent_form", False):
        return False
    case = unsent_forms.visible_case(user, found.kwargs["ref"], at=at) if "ref" in found.kwargs else None
    if "ref" in found.kwargs and case is None:
        return False
    data = unsent_forms.as_data(held.fields)
    fields, path = unsent_forms.typed_fields(data), unsent_forms.form_path(held.path.partition("?")[0])
    return unsent_forms.keep_posted(user, path, fields, key=unsent_forms.new_key(at=at), case=case, at=at)
