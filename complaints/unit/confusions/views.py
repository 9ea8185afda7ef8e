"""The page of confused topics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU
from complaints.staff.frame import frame
from complaints.unit.confusions.confusions import SPANS, confusions


@staff_required(CMU)
@require_safe
def confusions_page(request: HttpRequest) -> HttpResponse:
    """Show which topics and kinds were corrected into which, in the last days."""
    user, at = signed_in_user(request), timezone.now()
    asked = request.GET.get("days", "")
    days = next((span for span in SPANS if str(span) == asked), SPANS[0])
    spans = [(f"?days={span}", _span_label(span), span == days) for span in sorted(SPANS)]
    context = {"rows": confusions(user, days=days, at=at), "spans": spans, **frame(user, at=at)}
    return render(request, "complaints/unit/confusions/confusions.html", context)


def _span_label(days: int) -> str:
    return ngettext("Last %(days)s day", "Last %(days)s days", days) % {"days": days}
