"""The pages on which the unit and supervisors publish, change and end known problems, and see who joined in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, SUPERVISION
from agencies.models import KnownProblem
from complaints.actions import known_problems as actions
from complaints.desk.known_problems.forms import KnownProblemForm
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, last_words, sending

PUBLISHERS: Final = CMU | SUPERVISION
#: Problems that are over are listed for so long.
LISTED_AFTER: Final = timedelta(days=30)
MOST_LISTED: Final = 100
OVER = _("This problem is over and can no longer be changed. Everybody who joined is told.")


@staff_required(PUBLISHERS)
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """List the problems of the own agencies, the unit all: those that last, those that come, those lately over."""
    user, at = signed_in_user(request), timezone.now()
    found = list(_own(user, at).filter(ends_at__gt=at - LISTED_AFTER).order_by("-starts_at", "-pk")[:MOST_LISTED])
    context = {
        "open": [problem for problem in found if problem.is_open(at=at)],
        "later": [problem for problem in found if problem.starts_at > at],
        "over": [problem for problem in found if problem.is_over(at=at)],
        **frame(user, at=at),
    }
    return render(request, "complaints/desk/known_problems/problems.html", context)


def _own(user: User, at: datetime) -> QuerySet[KnownProblem]:
    """Return the problems that ``user`` may change, with the numbers of people who joined and are to be told."""
    authority = user.authority(at)
    problems = KnownProblem.objects.for_reading()
    if not authority.has(CMU):
        problems = problems.filter(agency__in=authority.agencies(SUPERVISION))
    return problems.annotate(people=Count("joins"), untold=Count("joins", filter=Q(joins__told_at=None)))


# ---- written ----


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def new_problem(request: HttpRequest) -> HttpResponse:
    """Publish a problem."""
    return _write(_Writing(request, signed_in_user(request), timezone.now()))


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def change_problem(request: HttpRequest, problem: int) -> HttpResponse:
    """Change a problem; whoever was overtaken keeps what was typed and reads what it says now."""
    user, at = signed_in_user(request), timezone.now()
    return _write(_Writing(request, user, at, stored=get_object_or_404(_own(user, at), pk=problem)))


@dataclass(frozen=True)
class _Writing:
    """A request to publish a problem, or to change the one ``stored``."""

    request: HttpRequest
    user: User
    at: datetime
    stored: KnownProblem | None = None


def _write(writing: _Writing) -> HttpResponse:
    """Store what the form says once it is valid, else show it."""
    request, stored = writing.request, writing.stored
    data = request.POST if request.method == "POST" else None
    agencies = actions.publishing_agencies(writing.user, at=writing.at)
    if not agencies:
        raise Http404
    if stored is not None and stored.is_over(at=writing.at):
        messages.warning(request, OVER)
        return last_words(request, redirect("desk-known-problems"), at=writing.at)
    form = KnownProblemForm(data, at=writing.at, agencies=agencies, stored=stored)
    if data is None or not form.is_valid():
        return _page(writing, form)
    try:
        with sending(request, at=writing.at):
            _store(writing, form)
    except actions.ProblemOvertaken as overtaken:
        return _page(writing, form, now=overtaken.problem)
    except actions.ProblemOver:
        form.add_error(None, OVER)
        return _page(writing, form)
    except actions.NoSuchProblem:
        raise Http404 from None
    messages.success(request, gettext("Saved. People who write about this see it from its beginning to its end."))
    return redirect("desk-known-problems")


def _store(writing: _Writing, form: KnownProblemForm) -> None:
    if writing.stored is None:
        actions.publish(form.text, by=writing.user, at=writing.at)
        return
    seen = writing.request.POST.get("seen", "")
    actions.change(writing.stored.pk, form.text, seen=seen, by=writing.user, at=writing.at)


def _page(writing: _Writing, form: KnownProblemForm, *, now: KnownProblem | None = None) -> HttpResponse:
    context = {
        "form": form,
        "stored": now or writing.stored,
        "is_overtaken": now is not None,
        **frame(writing.user, at=writing.at),
    }
    status = HTTPStatus.CONFLICT if now is not None else HTTPStatus.OK
    return render(writing.request, "complaints/desk/known_problems/write.html", context, status=status)


# ---- ended ----


@staff_required(PUBLISHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def end_problem(request: HttpRequest, problem: int) -> HttpResponse:
    """End a problem, once the person has said so on this page: everybody who joined is told."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(_own(user, at), pk=problem)
    if request.method != "POST":
        context = {"problem": found, "is_over": found.is_over(at=at), **frame(user, at=at)}
        return render(request, "complaints/desk/known_problems/end.html", context)
    try:
        actions.end(found.pk, by=user, at=at)
    except actions.NoSuchProblem:
        raise Http404 from None
    except actions.ProblemOver:
        messages.warning(request, OVER)
    else:
        messages.success(request, gettext("The problem is over. Everybody who joined is told within minutes."))
    return redirect("desk-known-problems")
