"""A routing rule tried on the cases of the last 30 days; nothing is changed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU, UNIT_HEAD
from agencies.models import Agency, Governorate, RoutingRule, Topic
from complaints.models import Case
from complaints.staff.frame import frame
from complaints.suggestions.trial import Proposal, try_rule
from complaints.unit.rules.forms import TryRuleForm


@staff_required(CMU)
@require_safe
def try_out(request: HttpRequest) -> HttpResponse:
    """Ask for a rule and show which cases of the last 30 days would have another owner by it."""
    user, at = signed_in_user(request), timezone.now()
    on = timezone.localdate(at)
    rules = RoutingRule.objects.select_related("topic", "governorate", "agency")
    form = TryRuleForm(
        request.GET or None,
        rules=[rule for rule in rules if rule.holds(on)],
        topics=_in_groups(list(Topic.objects.filter(is_active=True))),
        governorates=list(Governorate.objects.all()),
        agencies=list(Agency.objects.complainable(on=on)),
    )
    context = {"form": form, **frame(user, at=at)}
    if form.is_bound and form.is_valid():
        proposal = form.proposal
        trial = try_rule(proposal, scope=Case.objects.at_desk_of(user, at=at), at=at)
        may_save = user.authority(at).has(UNIT_HEAD)
        context |= {"trial": trial, "proposal": proposal, "save_url": _save_url(proposal) if may_save else ""}
    return render(request, "complaints/unit/rules/try_rule.html", context)


def _in_groups(topics: list[Topic]) -> list[Topic]:
    """Return each group followed by its topics."""
    groups = [topic for topic in topics if topic.parent_id is None]
    return [topic for group in groups for topic in (group, *(topic for topic in topics if topic.parent_id == group.pk))]


def _save_url(proposal: Proposal) -> str:
    """Return where the head of the unit saves the rule from a day on, in place of the one it replaces."""
    filled = {
        "topic": proposal.topic.pk,
        "governorate": proposal.governorate.pk if proposal.governorate else "",
        "place_ar": proposal.place,
        "agency": proposal.agency.pk,
        "replaces": proposal.replaces.pk if proposal.replaces else "",
    }
    return f"{reverse('directory-add', args=['rules'])}?{urlencode(filled)}"
