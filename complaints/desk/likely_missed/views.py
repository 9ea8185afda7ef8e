"""The page of open promises that will likely be missed, by the forecast of last night."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU, DESK
from complaints.staff.frame import frame
from complaints.track_record.forecast import FEWEST, LIKELY, forecast_counts, likely_missed

#: Promises listed, the likeliest first; a longer list would not be worked through in a day.
MOST = 100


@staff_required(DESK | CMU)
@require_safe
def likely_missed_page(request: HttpRequest) -> HttpResponse:
    """List the promises of the own desks that will likely be missed, the unit those of all agencies."""
    user, at = signed_in_user(request), timezone.now()
    authority = user.authority(at)
    cases = list(likely_missed(user, at=at).select_related("officer")[: MOST + 1])
    context = {
        "cases": cases[:MOST],
        "has_more": len(cases) > MOST,
        "is_unit": authority.has(CMU),
        "counts": forecast_counts(None if authority.has(CMU) else authority.agencies(DESK)),
        "limits": {"fewest": FEWEST, "likely": LIKELY, "most": MOST},
        **frame(user, at=at),
    }
    return render(request, "complaints/desk/likely_missed/likely_missed.html", context)
