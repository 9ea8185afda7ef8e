"""The pages of standard texts: an agency lists and edits its own, the unit those for all agencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.models import Agency
from complaints.desk.texts.forms import NAME_IS_TAKEN, TextForm
from complaints.models import StandardText
from complaints.permissions.annotations import may_change_text
from complaints.staff import standard_texts
from complaints.staff.frame import CASEWORK, frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect


@staff_required(CASEWORK)
@require_safe
def texts_page(request: HttpRequest) -> HttpResponse:
    """List the texts the user may read, and mark those they may change."""
    user, at = signed_in_user(request), timezone.now()
    rows = [(text, may_change_text(text, user, at=at)) for text in standard_texts.readable_texts(user, at=at)]
    return render(request, "complaints/desk/texts/texts.html", {"rows": rows, **frame(user, at=at)})


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def new_text(request: HttpRequest) -> HttpResponse:
    """Write a new standard text."""
    return _save_text(_TextEdit(request, signed_in_user(request), StandardText(), timezone.now(), is_new=True))


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_text(request: HttpRequest, text: int) -> HttpResponse:
    """Change a standard text; whoever was overtaken keeps what was typed and reads what stands now."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        return _save_text(_TextEdit(request, user, _changeable(text, user, at=at), at))


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_text(request: HttpRequest, text: int) -> HttpResponse:
    """Delete a standard text, once the person has said so on this page; answers made of it stay as they are."""
    user, at = signed_in_user(request), timezone.now()
    with transaction.atomic():
        found = _changeable(text, user, at=at)
        if request.method == "POST":
            found.delete()
            messages.success(request, gettext("The text was deleted. Answers already given do not change."))
            return redirect("texts")
    return render(request, "complaints/desk/texts/text_delete.html", {"text": found, **frame(user, at=at)})


def _changeable(key: int, user: User, *, at: datetime) -> StandardText:
    """Return a text locked for its change, or answer 404 to whoever may not change it."""
    locked = StandardText.objects.select_for_update(of=("self",))
    found = locked.select_related("agency", "topic", "changed_by").filter(pk=key).first()
    if found is None or not may_change_text(found, user, at=at):
        raise Http404
    return found


@dataclass(frozen=True)
class _TextEdit:
    """A request to write or change one standard text."""

    request: HttpRequest
    user: User
    text: StandardText
    at: datetime
    is_new: bool = False

    @property
    def agencies(self) -> Sequence[Agency | None]:
        """Return whose a new text can be: everybody's for the unit, else one of the own agencies'."""
        authority = self.user.authority(self.at)
        if authority.has(CMU):
            return [None]
        return list(Agency.objects.filter(pk__in=authority.agencies(DESK)).order_by("pk"))

    @property
    def is_overtaken(self) -> bool:
        """Tell whether somebody saved the text since this page was opened."""
        return not self.is_new and self.request.POST.get("seen") != self.text.changed_at.isoformat()


def _save_text(edit: _TextEdit) -> HttpResponse:
    data = edit.request.POST if edit.request.method == "POST" else None
    form = TextForm(data, text=edit.text, agencies=edit.agencies)
    is_overtaken = data is not None and edit.is_overtaken
    if data is None or is_overtaken or not form.is_valid():
        return _page(edit, form, is_overtaken=is_overtaken)
    values = {**form.values, "changed_by": edit.user, "changed_at": edit.at}
    for name, value in values.items():
        setattr(edit.text, name, value)
    try:
        with transaction.atomic():
            edit.text.save(**({"force_insert": True} if edit.is_new else {"update_fields": [*values]}))
    except IntegrityError:
        form.add_error("title", NAME_IS_TAKEN)
        return _page(edit, form, is_overtaken=False)
    messages.success(edit.request, gettext("The text was saved. You will find it on the page for closing a case."))
    return redirect("texts")


def _page(edit: _TextEdit, form: TextForm, *, is_overtaken: bool) -> HttpResponse:
    context = {
        "form": form,
        "text": edit.text,
        "is_overtaken": is_overtaken,
        "placeholders": standard_texts.MEANINGS.items(),
        **frame(edit.user, at=edit.at),
    }
    status = HTTPStatus.CONFLICT if is_overtaken else HTTPStatus.OK
    return render(edit.request, "complaints/desk/texts/text.html", context, status=status)
