"""The pages on which the unit makes, changes and withdraws published answers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU
from complaints.actions import published_answers
from complaints.models import Case, PublishedAnswer
from complaints.models.published_answers import QUESTION_LENGTH
from complaints.staff.frame import frame
from complaints.unit.published.forms import PublishedAnswerForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, sending


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
    source = published_answers.answered_inquiry(Case.objects.visible_to(user, at=at), ref)
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
    seen = request.POST.get("seen", published_answers.version(stored) if stored else "")
    page = {"form": form, "stored": stored, "seen": seen, "source": source, **frame(user, at=at)}
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                if stored is None:
                    published_answers.publish(form.text, by=user, at=at)
                else:
                    published_answers.change(stored.pk, form.text, seen=seen, by=user, at=at)
        except published_answers.NoSuchPublishedAnswer:
            raise Http404 from None
        except published_answers.PublishedAnswerOvertaken as overtaken:
            now = {"stored": overtaken.answer, "seen": published_answers.version(overtaken.answer)}
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
        published_answers.withdraw(answer, by=signed_in_user(request), at=timezone.now())
    except published_answers.NoSuchPublishedAnswer:
        raise Http404 from None
    messages.success(request, gettext("The answer is no longer public."))
    return redirect("published-answers")
