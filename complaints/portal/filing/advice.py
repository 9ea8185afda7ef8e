"""Taking the agency or the topic that is suggested to a person who files."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from agencies.models import Agency, Topic
from complaints.filing import drafting
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal.filing.steps import requested_draft, to_step
from complaints.portal.filing.writer import for_everybody


@for_everybody
@require_POST
def new_choose(request: HttpRequest, writer: Writer, kind: str) -> HttpResponse:
    """Take the suggested agency or topic into the draft and go on where it then stands."""
    at = timezone.now()
    draft = requested_draft(request, writer, kind, at=at)
    if not draft.has_agency_step:
        return to_step("new-agency", draft)
    take = _with_topic if "topic" in request.POST else _with_agency
    draft = take(request, writer, draft, at=at)
    return to_step(drafting.next_step(draft), draft)


def _with_topic(request: HttpRequest, writer: Writer, draft: Draft, *, at: datetime) -> Draft:
    topics = Topic.objects.filter(is_active=True, parent__isnull=False, kinds__contains=[draft.kind])
    topic = get_object_or_404(topics, code=request.POST["topic"])
    if draft.agency and not drafting.offers(draft.agency, topic, kind=draft.kind):
        raise Http404
    messages.success(request, gettext("You chose the topic “%(topic)s”.") % {"topic": topic.name})
    return drafting.save_draft(draft, writer, at=at, topic=topic)


def _with_agency(request: HttpRequest, writer: Writer, draft: Draft, *, at: datetime) -> Draft:
    agencies = Agency.objects.complainable(on=timezone.localdate(at))
    agency = get_object_or_404(agencies, code=request.POST.get("agency", ""))
    messages.success(request, gettext("You chose %(agency)s.") % {"agency": agency.name})
    return drafting.choose_agency(draft, writer, agency, at=at)
