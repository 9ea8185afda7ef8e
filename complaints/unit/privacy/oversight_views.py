"""The pages of who looked at whom, and of retention: its rules, what it did, and what it would do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import IdentityView, User
from accounts.roles import Role
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.models import RetentionReport, RetentionRule
from complaints.retention import run
from complaints.staff.frame import frame
from complaints.unit.privacy.forms import RetentionRuleForm, ViewsForm
from complaints.unit.privacy.unusual import unusual
from kit import keyset

OVERSIGHT: Final = frozenset({Role.CMU_HEAD, Role.AUDITOR})
HEAD: Final = frozenset({Role.CMU_HEAD})
#: Days of looking judged where no span is chosen.
SPAN: Final = timedelta(days=30)
REPORTS: Final = 30


@staff_required(OVERSIGHT)
@recent_factor_required()
@require_safe
def views_page(request: HttpRequest) -> HttpResponse:
    """Show who looked at whom, by officer, by the person of a case, within some days; and what is unusual in it.

    A constant number of statements, whatever it finds.
    """
    user, at = signed_in_user(request), timezone.now()
    form = ViewsForm(request.GET or None)
    views, viewer = _chosen(form, request.GET.get("viewer", ""), at=at)
    order, after = keyset.Order("at", newest=True), request.GET.get("after", "")
    rows = views.select_related("viewer", "citizen", "agency").order_by(*order.columns)
    page = order.page(order.after(rows, keyset.read(after)))
    parameters = request.GET.copy()
    parameters["after"] = page.next
    context = {
        "form": form,
        "views": page.rows,
        "next": f"?{parameters.urlencode()}" if page.next else "",
        "viewer": viewer,
        "unusual": unusual(views),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/views.html", context)


def _chosen(form: ViewsForm, viewer: str, *, at: datetime) -> tuple[QuerySet[IdentityView], User | None]:
    """Return the looks that the form chooses, and the officer; the last thirty days where it is wrong or empty."""
    data = form.cleaned_data if form.is_bound and form.is_valid() else {}
    since, until = data.get("since"), data.get("until")
    views = IdentityView.objects.filter(at__gte=_morning(since) if since else at - SPAN)
    if until:
        views = views.filter(at__lt=_morning(until) + timedelta(days=1))
    if form.is_bound and form.is_valid() and form.case:
        views = views.filter(citizen=form.case.citizen_id)
    try:
        officer = User.objects.filter(pk=UUID(viewer), is_staff=True).first() if viewer else None
    except ValueError:
        officer = None
    return (views.filter(viewer=officer) if officer else views), officer


def _morning(day: object) -> datetime:
    return timezone.make_aware(datetime.fromisoformat(f"{day}T00:00"))


@staff_required(OVERSIGHT)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def retention_page(request: HttpRequest) -> HttpResponse:
    """Show the retention rules, what was erased on which day, and on request what would be; the head adds rules."""
    user, at = signed_in_user(request), timezone.now()
    is_head = user.authority(at).has(HEAD)
    form = RetentionRuleForm(request.POST if request.method == "POST" and is_head else None)
    if form.is_bound and form.is_valid() and _keep_rule(form, by=user):
        messages.success(request, gettext("The rule is saved."))
        return redirect("privacy-retention")
    context = {
        "form": form if is_head else None,
        "rules": RetentionRule.objects.select_related("set_by"),
        "reports": [(each.day, sorted(each.counts.items())) for each in _newest_reports()],
        "trial": sorted(run.dry_run(at=at).items()) if "try" in request.GET else None,
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/retention.html", context)


def _keep_rule(form: RetentionRuleForm, *, by: User) -> bool:
    """Keep the rule of a valid form; False where somebody has set one for the same cases and day meanwhile."""
    try:
        with transaction.atomic():
            RetentionRule.objects.create(**form.cleaned_data, set_by=by)
    except IntegrityError:
        form.refuse_second()
        return False
    return True


def _newest_reports() -> QuerySet[RetentionReport]:
    return RetentionReport.objects.order_by("-day")[:REPORTS]
