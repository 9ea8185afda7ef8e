"""The page of one day: supervisors and the unit see all agents, an agent the own calls."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU, CONTACT_CENTRE
from complaints.contact_centre.day.figures import centre_day
from complaints.contact_centre.menu import OVERSEERS
from complaints.models import ContactResult
from complaints.staff.frame import frame


@staff_required(CONTACT_CENTRE | CMU)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Show the contacts of the day in ``on``, or of today where that is no day or lies ahead."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    chosen = min(_day(request.GET.get("on", "")) or today, today)
    sees_all = user.authority(at).has(OVERSEERS)
    context = {
        "centre": centre_day(chosen, agent=None if sees_all else user),
        "results": [result.label for result in ContactResult],
        "sees_all": sees_all,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < today else None,
        **frame(user, at=at),
    }
    return render(request, "complaints/contact_centre/day/day.html", context)


def _day(text: str) -> date | None:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    # Nothing was before the service.
    return chosen if chosen.year >= 2000 else None  # noqa: PLR2004 - a year
