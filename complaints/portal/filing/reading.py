"""What the pages of filing ask while a person writes: danger in the text, and agencies for what is typed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from agencies.free_text.reader import LONGEST
from complaints.suggestions.everyday import agencies_for, danger_in
from kit.unit import unit_name

#: The boxes of a filing page whose text is read.
BOXES = ("what", "subject", "details", "text")
#: The longest name of an agency that is read, in characters, and the most agencies that are offered.
MOST_TYPED, MOST_AGENCIES = 150, 8


@login_not_required
@never_cache
@require_POST
def danger_notice(request: HttpRequest) -> HttpResponse:
    """Return the notice for what is typed, 204 where it tells of no danger; nothing is stored."""
    text = ". ".join(request.POST.get(name, "")[:LONGEST] for name in BOXES)
    danger = danger_in(text, at=timezone.now())
    if danger is None:
        return HttpResponse(status=204)
    return render(request, "complaints/portal/filing/_danger_notice.html", {"danger": danger})


@login_not_required
@never_cache
@require_POST
def agency_search(request: HttpRequest) -> JsonResponse:
    """Return the agencies that fit what is typed in the box of agencies, with the words that led there.

    ``nothing`` says what to do where none fits.
    """
    typed = request.POST.get("typed", "")[:MOST_TYPED]
    found = agencies_for(typed, at=timezone.now())[:MOST_AGENCIES]
    nothing = gettext("No agency fits these words. Tick “I do not know”: the %(unit)s finds the agency.")
    return JsonResponse(
        {
            "agencies": [{"code": one.agency.code, "name": one.agency.name, "reason": one.reason} for one in found],
            "nothing": "" if found else nothing % {"unit": unit_name()},
        }
    )
