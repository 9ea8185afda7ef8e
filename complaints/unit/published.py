"""Published answers: what the unit makes of answered inquiries for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import Citizen
from accounts.roles import CMU
from agencies.models import Topic
from complaints.actions import precedents
from complaints.actions.precedents import PublishedText, personal_passages
from complaints.models import Case, PublishedAnswer
from complaints.models.ratings import PUBLISHED_LENGTH, QUESTION_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from kit.dates import day_digits
from kit.forms import DayBoxField, Form, LineField, ParagraphField

# ---- The form of a published answer. ----


#: Days until an answer is looked at again, unless another day is chosen, and at most.
USUAL_REVIEW, LATEST_REVIEW = timedelta(days=180), timedelta(days=730)
TEXTS = ("question_ar", "question_en", "answer_ar", "answer_en")


class PublishedAnswerForm(Form):
    """Question and answer in both languages, the topic, the day to look again, and that no person is in the text."""

    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True, parent__isnull=False),
        empty_label="—",
        label=pgettext_lazy("of a case", "Topic"),
    )
    question_ar = LineField(max=QUESTION_LENGTH, min=SHORTEST_TEXT, label=_("Question in Arabic"))
    answer_ar = ParagraphField(max=PUBLISHED_LENGTH, min=SHORTEST_TEXT, rows=6, label=_("Answer in Arabic"))
    question_en = LineField(max=QUESTION_LENGTH, min=SHORTEST_TEXT, label=_("Question in English"))
    answer_en = ParagraphField(max=PUBLISHED_LENGTH, min=SHORTEST_TEXT, rows=6, label=_("Answer in English"))
    review_on = DayBoxField(label=_("Day to look at it again"))
    has_no_person = forms.BooleanField(
        label=_("I have read all four texts: they tell nothing about any person"),
        error_messages={"required": _("Read the four texts, then tick the box")},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        at: datetime,
        stored: PublishedAnswer | None = None,
        typed: Mapping[str, Any] | None = None,
        citizen: Citizen | None = None,
    ) -> None:
        """``typed`` is what is filled in from an inquiry, ``citizen`` the person who asked it."""
        self.today, self.citizen = timezone.localdate(at), citizen
        initial: dict[str, Any] = {"review_on": self.today + USUAL_REVIEW, **(typed or {})}
        if stored is not None:
            initial = {name: getattr(stored, name) for name in ("topic", *TEXTS)}
            initial["review_on"] = self.today + USUAL_REVIEW
        super().__init__(data, initial=initial)

    def clean_review_on(self) -> date:
        """Refuse a day that is no reminder: today, the past, or too far away."""
        day: date = self.cleaned_data["review_on"]
        if not self.today < day <= self.today + LATEST_REVIEW:
            words = {"latest": day_digits(self.today + LATEST_REVIEW)}
            raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words)
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse texts that tell who somebody is, naming the passages."""
        cleaned = super().clean() or {}
        for name in TEXTS:
            if passages := personal_passages(cleaned.get(name, ""), self.citizen):
                listed = gettext(", ").join(f"\u2068{passage}\u2069" for passage in passages)
                text = gettext("This tells who a person is. Take it out: %(passages)s")
                self.add_error(name, text % {"passages": listed})
        return cleaned

    @property
    def text(self) -> PublishedText:
        """Return what the valid form says."""
        return PublishedText(**{name: self.cleaned_data[name] for name in PublishedText.__dataclass_fields__})


# ---- The pages on which the unit makes, changes and withdraws published answers. ----


@staff_required(CMU)
@require_safe
def published_list(request: HttpRequest) -> HttpResponse:
    """Show the answers in public, those due to be looked at first."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    rows = PublishedAnswer.objects.filter(withdrawn_at=None).select_related("topic", "changed_by")
    answers = list(rows.order_by("review_on", "pk"))
    due = sum(answer.review_on <= today for answer in answers)
    context = {"answers": answers, "due": due, "today": today, **frame(user, at=at)}
    return render(request, "complaints/unit/published/published.html", context)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def write(request: HttpRequest, answer: int | None = None) -> HttpResponse:
    """Make an answer, or change one in public."""
    stored = get_object_or_404(PublishedAnswer, pk=answer, withdrawn_at=None) if answer is not None else None
    form = PublishedAnswerForm(_posted(request), at=timezone.now(), stored=stored)
    return _write(request, form, stored=stored)


@staff_required(CMU)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def from_case(request: HttpRequest, ref: str) -> HttpResponse:
    """Make an answer from an inquiry that was answered; its words are filled in, its person is refused."""
    user, at = signed_in_user(request), timezone.now()
    source = precedents.answered_inquiry(Case.objects.visible_to(user, at=at), ref)
    if source is None:
        raise Http404
    form = PublishedAnswerForm(_posted(request), at=at, typed=_filled(source), citizen=source.citizen)
    return _write(request, form, source=source)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _write(
    request: HttpRequest,
    form: PublishedAnswerForm,
    *,
    stored: PublishedAnswer | None = None,
    source: Case | None = None,
) -> HttpResponse:
    """Publish what the form says once it is valid, else show it; whoever was overtaken reads what stands now."""
    user, at = signed_in_user(request), timezone.now()
    seen = request.POST.get("seen", precedents.version(stored) if stored else "")
    page = {"form": form, "stored": stored, "seen": seen, "source": source, **frame(user, at=at)}
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                if stored is None:
                    precedents.publish(form.text, by=user, at=at)
                else:
                    precedents.change(stored.pk, form.text, seen=seen, by=user, at=at)
        except precedents.NoSuchPublishedAnswer:
            raise Http404 from None
        except precedents.PublishedAnswerOvertaken as overtaken:
            now = {"stored": overtaken.answer, "seen": precedents.version(overtaken.answer)}
            page |= now | {"is_overtaken": True}
            return render(request, "complaints/unit/published/write.html", page, status=HTTPStatus.CONFLICT)
        messages.success(request, gettext("Saved. Everybody can read the answer now."))
        return redirect("published-answers")
    return render(request, "complaints/unit/published/write.html", page)


def _filled(case: Case) -> dict[str, Any]:
    """Return what is filled in from an inquiry: its words are the beginning, and a person makes them general."""
    answer = case.answers.filter(event__isnull=False).order_by("event").last()
    language = "ar" if case.language == "ar" else "en"
    text = answer.done if answer else ""
    return {
        "topic": case.topic,
        f"question_{language}": case.subject[:QUESTION_LENGTH],
        f"answer_{language}": text,
    }


@staff_required(CMU)
@require_POST
def withdraw(request: HttpRequest, answer: int) -> HttpResponse:
    """Take an answer out of the public."""
    try:
        precedents.withdraw(answer, by=signed_in_user(request), at=timezone.now())
    except precedents.NoSuchPublishedAnswer:
        raise Http404 from None
    messages.success(request, gettext("The answer is no longer public."))
    return redirect("published-answers")
