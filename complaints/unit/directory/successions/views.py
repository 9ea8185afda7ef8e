"""Mergers and splits of agencies: planned with a preview, executed on their day, cancelled until then."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors.step_up import recent_factor_required
from agencies import successions as rules
from agencies.models import AgencySuccession
from agencies.reference_changes import Author
from agencies.successions import SuccessionRefused
from complaints.escalation import successions as execution
from complaints.staff.frame import frame
from complaints.unit.directory.successions.forms import SuccessionForm

ROWS = AgencySuccession.objects.select_related("predecessor", "successor", "final", "topic", "governorate")


@staff_required(UNIT_HEAD)
@require_safe
def successions(request: HttpRequest) -> HttpResponse:
    """List the successions, those planned before those done and given up."""
    found = list(ROWS.all())
    return _page(request, "successions", planned=[each for each in found if _is_planned(each)], found=found)


def _is_planned(succession: AgencySuccession) -> bool:
    return succession.executed_at is None and succession.cancelled_at is None


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponseBase:
    """Plan a succession: first what it concerns, then the confirmation."""
    author = Author(signed_in_user(request).pk, timezone.now())
    data = request.POST if request.method == "POST" else None
    chosen = request.GET.get("predecessor", "")
    initial = {"predecessor": chosen} if chosen.isascii() and chosen.isdigit() else {}
    form = SuccessionForm(data, today=author.today, initial=initial)
    preview = None
    if form.is_bound and form.is_valid():
        succession = form.succession
        try:
            if "confirm" in request.POST:
                return _planned(request, rules.plan(succession, author=author), author)
            rules.check(succession)
            preview = execution.preview(succession, at=author.at)
        except SuccessionRefused as refused:
            form.add_error(refused.field, refused.sentence)
    return _page(request, "succession_plan", form=form, preview=preview)


def _planned(request: HttpRequest, succession: AgencySuccession, author: Author) -> HttpResponseBase:
    """Execute at once what begins today; the periodic task moves the cases, and all the rest on its day."""
    if succession.on <= author.today:
        execution.execute(succession.pk, at=author.at)
        messages.success(request, gettext("Done. The open cases follow in the next minutes."))
    else:
        messages.success(request, gettext("Planned. Until the first day everything stays as it is."))
    return redirect("succession", succession.pk)


@staff_required(UNIT_HEAD)
@require_safe
def succession(request: HttpRequest, succession: int) -> HttpResponse:
    """Show one succession, and what it concerns or what still has to follow."""
    at = timezone.now()
    found = get_object_or_404(ROWS, pk=succession)
    planner = User.objects.filter(pk=found.planned_by).first()
    context: dict[str, object] = {"succession": found, "planner": planner, "is_planned": _is_planned(found)}
    if found.cancelled_at is None:
        context["preview"] = execution.preview(found, at=at)
    return _page(request, "succession", **context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_POST
def cancel(request: HttpRequest, succession: int) -> HttpResponseBase:
    """Give up a planned succession."""
    author = Author(signed_in_user(request).pk, timezone.now())
    found = get_object_or_404(ROWS, pk=succession)
    if rules.cancel(found.pk, author=author):
        messages.success(request, gettext("The plan was cancelled."))
    else:
        messages.info(request, gettext("This is no longer planned."))
    return redirect("succession", found.pk)


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    user = signed_in_user(request)
    content = {**context, **frame(user, at=timezone.now())}
    return render(request, f"complaints/unit/directory/successions/{template}.html", content)
