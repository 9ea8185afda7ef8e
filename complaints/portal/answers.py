"""Answers that everybody may read; an inquiry begins with them."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_safe

from agencies.models import Topic
from complaints.actions import precedents
from complaints.case_text.kinds import words_of_kind
from complaints.models import PublishedAnswer
from complaints.workflow import Kind
from kit.forms import Form, LineField


def come_first(kind: str, *, asks: bool) -> bool:
    """Tell whether somebody who begins a case of ``kind`` is shown the answers first; not who ``asks`` after them."""
    return kind == Kind.INQUIRY and not asks and PublishedAnswer.objects.in_public().exists()


# ---- The public page of published answers. ----


#: Answers shown at once; a longer list is narrowed down by words or topic.
MOST_SHOWN = 30
LONGEST_SEARCH = 120


class AnswerSearchForm(Form):
    """Words and a topic; both may be left out."""

    q = LineField(max=LONGEST_SEARCH, required=False, label=_("Search the answers"))
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        required=False,
        to_field_name="code",
        empty_label=_("All topics"),
        label=pgettext_lazy("of a case", "Topic"),
    )

    def __init__(self, data: object = None) -> None:
        super().__init__(data)
        used = PublishedAnswer.objects.in_public().values("topic")
        self.offer_rows("topic", Topic.objects.filter(pk__in=used))


@login_not_required
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Show the answers, found by words and topic, and how to ask what none of them answers."""
    form = AnswerSearchForm(request.GET if {"q", "topic"} & request.GET.keys() else None)
    words, topic = "", None
    if form.is_bound and form.is_valid():
        words, topic = form.cleaned_data["q"], form.cleaned_data["topic"]
    found = list(precedents.found_answers(words, topic=topic)[: MOST_SHOWN + 1])
    context = {
        "form": form,
        "answers": found[:MOST_SHOWN],
        "has_more": len(found) > MOST_SHOWN,
        "searched": bool(words or topic),
        "ask": words_of_kind(Kind.INQUIRY).start,
    }
    return render(request, "complaints/portal/answers/answers.html", context)
