"""What the pages of filing ask while a person writes: danger in the text, agencies and topics for what is typed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from agencies.free_text.reader import LONGEST
from complaints.filing.agency_form import TOPIC
from complaints.filing.understanding import TopicFit, understood
from complaints.models import Draft
from complaints.suggestions.everyday import agencies_for, danger_in
from complaints.workflow import Kind
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
    """Return the agencies, and the topics of a ``kind`` of case, that fit what is typed, with what led there.

    ``nothing`` says what to do where none fits.
    """
    at, typed = timezone.now(), request.POST.get("typed", "").replace("\0", "")[:MOST_TYPED]
    kind = request.POST.get("kind", "")
    draft = Draft(kind=kind if kind in Kind.values else Kind.COMPLAINT)
    fits = understood(draft, searched=typed, at=at).fits if typed.strip() else ()
    agencies = agencies_for(typed, at=at)[:MOST_AGENCIES]
    nothing = gettext("No agency or topic fits these words. Tick “I do not know”: the %(unit)s finds the agency.")
    return JsonResponse(
        {
            "agencies": [{"code": one.agency.code, "name": one.agency.name, "reason": one.reason} for one in agencies],
            "topics": [{"code": f"{TOPIC}{fit.code}", "name": fit.card.label, "note": _note(fit)} for fit in fits],
            "nothing": "" if agencies or fits else nothing % {"unit": unit_name()},
        }
    )


def _note(fit: TopicFit) -> str:
    """Return what stands below a topic among agencies: that it is one, and who handles it."""
    receiver = fit.agency.name if fit.agency else gettext("The %(unit)s finds the agency") % {"unit": unit_name()}
    return gettext("Topic. %(receiver)s") % {"receiver": receiver}
