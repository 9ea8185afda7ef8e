"""The page with the snippets for an agency's own site, and the numbers of what came through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import CMU, SUPERVISION, UNIT_HEAD
from agencies.models import AgencySite
from complaints.models import SiteCase
from complaints.staff.frame import frame
from complaints.workflow import Kind, State

#: What counts as lately.
LATELY: Final = timedelta(days=30)


@dataclass(frozen=True)
class SiteCounts:
    """The cases that were begun on one site: all, those of the last 30 days, and those still open."""

    all: int = 0
    lately: int = 0
    open: int = 0


@dataclass(frozen=True)
class SitePart:
    """One registered site: its counts, and the snippets by their anchor."""

    site: AgencySite
    counts: SiteCounts
    frame_code: str
    badge_code: str


@staff_required(CMU | SUPERVISION)
@require_safe
def own_sites(request: HttpRequest) -> HttpResponse:
    """Show the registered sites of the own agencies, the unit all of them."""
    user, at = signed_in_user(request), timezone.now()
    sites = _own(user, at)
    counts = _counts(sites, at)
    parts = [_part(site, counts.get(site.pk, SiteCounts())) for site in sites]
    registers = user.authority(at).has(UNIT_HEAD)
    context = {"parts": parts, "registers": registers, **frame(user, at=at)}
    return render(request, "complaints/desk/sites/sites.html", context)


def _own(user: User, at: datetime) -> Sequence[AgencySite]:
    authority = user.authority(at)
    sites = AgencySite.objects.filter(is_active=True).select_related("agency")
    return list(sites if authority.has(CMU) else sites.filter(agency__in=authority.agencies(SUPERVISION)))


def _counts(sites: Sequence[AgencySite], at: datetime) -> dict[int, SiteCounts]:
    """Return the counts of the sites that have any; one statement."""
    counted = (
        SiteCase.objects.filter(site__in=[site.pk for site in sites])
        .values("site")
        .annotate(
            all=Count("pk"),
            lately=Count("pk", filter=Q(filed_at__gt=at - LATELY)),
            open=Count("pk", filter=~Q(case__state=State.CLOSED)),
        )
    )
    return {row["site"]: SiteCounts(row["all"], row["lately"], row["open"]) for row in counted}


def _part(site: AgencySite, counts: SiteCounts) -> SitePart:
    """Return what the page shows of a site; the snippets are in the language of the page."""
    new = f"{reverse('new', args=[Kind.COMPLAINT])}?agency={site.agency.code}&site={site.pk}"
    addresses = {
        "frame_url": f"{settings.PUBLIC_URL}{reverse('embedded', args=[site.pk])}",
        "link_url": f"{settings.PUBLIC_URL}{new}",
        "badge_url": f"{settings.PUBLIC_URL}{reverse('badge')}",
        "agency": site.agency,
    }
    frame_code, badge_code = (
        render_to_string(f"complaints/desk/sites/_{name}.html", addresses).strip() for name in ("frame", "badge")
    )
    return SitePart(site, counts, frame_code, badge_code)
