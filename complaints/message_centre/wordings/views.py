"""The words of messages: the list of templates, and the page on which the unit writes, looks at and saves them."""

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
from complaints.message_centre.wordings.forms import WordsForm
from complaints.staff.frame import frame
from notifications.models import WordingEdition
from notifications.wordings import WORDINGS, editions
from notifications.wordings.wording import FIELDS, Wording

#: The buttons that save: what was typed, an earlier edition, the built-in words.
SAVES = frozenset({"save", "restore", "built_in"})


@staff_required(CMU)
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    """List every message with the state of its words in both languages."""
    context = {"groups": editing.groups(), **frame(signed_in_user(request), at=timezone.now())}
    return render(request, "complaints/message_centre/wordings/words.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
def word(request: HttpRequest, template: str, language: str) -> HttpResponse:
    """Show the words of a message in a language; take other ones, or give back those of before."""
    if template not in WORDINGS.get(language, {}):
        raise Http404
    writing = _Writing(request, signed_in_user(request), template, language, timezone.now())
    form = writing.form()
    if request.method != "POST" or not form.is_valid() or SAVES.isdisjoint(request.POST):
        return writing.page(form)
    return writing.save(form)


@dataclass(frozen=True)
class _Writing:
    """One person at the words of one message in one language."""

    request: HttpRequest
    user: User
    template: str
    language: str
    at: datetime

    def form(self) -> WordsForm:
        """Return the form with what was typed or chosen, with the newest words while the page is only being opened."""
        past = editions.history(self.template, self.language)
        built_in = WORDINGS[self.language][self.template]
        data = _typed(self.request.POST, past, built_in) if self.request.method == "POST" else None
        newest = editions.edition_wording(past[0]) if past else built_in
        return WordsForm(data, template=self.template, language=self.language, words=newest)

    def save(self, form: WordsForm) -> HttpResponse:
        """Save what the form has; whoever was overtaken keeps it and reads whose words are in force."""
        by, seen = staff_key(self.user.pk), _number(self.request.POST.get("seen", ""))
        try:
            edition = editions.save(self.template, self.language, **_fields(form.words), by=by, at=self.at, seen=seen)
        except editions.EditedMeanwhile:
            return self.page(form, status=HTTPStatus.CONFLICT)
        messages.success(self.request, _saved() if edition else gettext("These words are in force already."))
        return redirect("message-word", self.template, self.language)

    def page(self, form: WordsForm, *, status: int = 200) -> HttpResponse:
        """Show the page: the form, how its words read, and the editions of before."""
        past = editing.editions_of(self.template, self.language)
        shown = editing.shown(self.template, self.language, form.words, user=self.user, at=self.at)
        context = {
            "form": form,
            "name": editing.name_of(self.template),
            "template": self.template,
            "language": self.language,
            "past": past,
            "shown": shown if form.is_readable else None,
            "open_words": editing.open_words(self.template, self.language),
            "counter": editing.counter(self.template, self.language),
            "is_overtaken": status == HTTPStatus.CONFLICT,
            **frame(self.user, at=self.at),
        }
        return render(self.request, "complaints/message_centre/wordings/word.html", context, status=status)


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


def _fields(words: Wording) -> dict[str, str]:
    return {field: getattr(words, field) for field in FIELDS}


def _number(text: str) -> int:
    """Return the number of an edition, one that no edition has where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(2**63)) else -1


def _saved() -> str:
    return gettext(
        "Saved. Every message has these words in half a minute at most; those that wait already keep theirs."
    )
