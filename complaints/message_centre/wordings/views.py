"""The wordings of messages: the list of templates, and the page on which the unit edits one in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.contact.recipients import staff_key
from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU
from complaints.message_centre.wordings import editing
from complaints.message_centre.wordings.forms import WordingForm
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect
from kit.sent_numbers import sent_number
from notifications.models import WordingEdition
from notifications.wordings import WORDINGS, editions
from notifications.wordings.wording import FIELDS, Wording

#: The buttons that save: what was typed, an earlier edition, the built-in words.
SAVES = frozenset({"save", "restore", "built_in"})


@staff_required(CMU)
@require_safe
def wordings_page(request: HttpRequest) -> HttpResponse:
    """List every template with its newest edition in both languages."""
    context = {"groups": editing.wording_groups(), **frame(signed_in_user(request), at=timezone.now())}
    return render(request, "complaints/message_centre/wordings/wordings.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def wording_page(request: HttpRequest, template: str, language: str) -> HttpResponse:
    """Show the wording of a template in a language; save another one, or restore an earlier edition."""
    if template not in WORDINGS.get(language, {}):
        raise Http404
    edit = _WordingEdit(request, signed_in_user(request), template, language, timezone.now())
    form = edit.form()
    if request.method != "POST" or not form.is_valid() or SAVES.isdisjoint(request.POST):
        return edit.page(form)
    return edit.save(form)


@dataclass(frozen=True)
class _WordingEdit:
    """A request to the wording of one template in one language."""

    request: HttpRequest
    user: User
    template: str
    language: str
    at: datetime

    def form(self) -> WordingForm:
        """Return the form with what was typed or chosen, with the newest words while the page is only being opened."""
        past = editions.history(self.template, self.language)
        built_in = WORDINGS[self.language][self.template]
        data = _typed(self.request.POST, past, built_in) if self.request.method == "POST" else None
        newest = editions.edition_wording(past[0]) if past else built_in
        return WordingForm(data, template=self.template, language=self.language, wording=newest)

    def save(self, form: WordingForm) -> HttpResponse:
        """Save what the form has; whoever was overtaken keeps it and reads whose words are in force."""
        by, seen = staff_key(self.user.pk), _number(self.request.POST.get("seen", ""))
        try:
            edition = editions.save(self.template, self.language, **_fields(form.wording), by=by, at=self.at, seen=seen)
        except editions.EditedMeanwhile:
            return self.page(form, status=HTTPStatus.CONFLICT)
        messages.success(self.request, _saved_text() if edition else gettext("This version is already in use."))
        return redirect("wording", self.template, self.language)

    def page(self, form: WordingForm, *, status: int = 200) -> HttpResponse:
        """Show the page: the form, how its words read, and the editions of before."""
        past = editing.edition_states(self.template, self.language)
        preview = editing.wording_preview(self.template, self.language, form.wording, user=self.user, at=self.at)
        context = {
            "form": form,
            "name": editing.template_name(self.template),
            "template": self.template,
            "language": self.language,
            "editions": past,
            "preview": preview if form.is_readable else None,
            "placeholders": editing.placeholders(self.template, self.language),
            "counter": editing.counter(self.template, self.language),
            "is_overtaken": status == HTTPStatus.CONFLICT,
            **frame(self.user, at=self.at),
        }
        return render(self.request, "complaints/message_centre/wordings/wording.html", context, status=status)


def _typed(data: QueryDict, past: Sequence[WordingEdition], built_in: Wording) -> Mapping[str, Any]:
    """Return the words that were typed, those of the earlier edition that was chosen, or the built-in ones."""
    if "built_in" in data:
        return _fields(built_in)
    if "restore" in data:
        number = _number(data.get("restore", ""))
        chosen = next((edition for edition in past if edition.pk == number), None)
        if chosen is None:
            raise Http404
        return _fields(editions.edition_wording(chosen))
    return data


def _fields(wording: Wording) -> dict[str, str]:
    return {field: getattr(wording, field) for field in FIELDS}


def _number(text: str) -> int:
    """Return the number of an edition, one that no edition has where it is none."""
    number = sent_number(text)
    return -1 if number is None else number


def _saved_text() -> str:
    return gettext(
        "Saved. New messages will use this version within half a minute. Messages already waiting keep their text."
    )
