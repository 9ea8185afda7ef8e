"""The public pages of known problems, and the presses by which a citizen joins one or takes that back."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import signed_in_user
from accounts.models import Citizen
from complaints.actions import links as actions
from complaints.attachments import uploads
from complaints.case_text import links
from complaints.case_text.kinds import words_of_kind
from complaints.filing import drafting
from complaints.filing.drafting import Writer
from complaints.models import Channel, Draft
from complaints.portal.filing_steps import draft_token, for_everybody, step_url
from complaints.workflow import Kind
from kit.sent_numbers import sent_number

OVER = _("This problem is already over, so you were not added. If you still have it, send a complaint.")


@login_not_required
@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Show the problems that last now, the newest first."""
    at = timezone.now()
    found = links.listed(at=at, citizen=_citizen(request))
    context = {"problems": found, "file": words_of_kind(Kind.COMPLAINT).start}
    return render(request, "complaints/portal/known_problems/problems.html", context)


@for_everybody
@require_safe
def problem_page(request: HttpRequest, writer: Writer, problem: int) -> HttpResponse:
    """Show one problem: what it is, until when, and how to join it; one that begins later is not there yet."""
    at = timezone.now()
    offer = links.offered_problem(problem, citizen=writer.citizen)
    if offer is None or offer.problem.starts_at > at:
        raise Http404
    token = draft_token(request)
    context = {
        "offer": offer,
        "is_over": offer.problem.is_over(at=at),
        "is_visitor": writer.citizen is None,
        "draft": token,
        "here": f"{request.path}?draft={token}" if token else request.path,
        "file": words_of_kind(Kind.COMPLAINT).start,
    }
    return render(request, "complaints/portal/known_problems/problem.html", context)


def _citizen(request: HttpRequest) -> Citizen | None:
    return getattr(request.user, "citizen", None) if request.user.is_authenticated else None


# ---- the presses ----


@for_everybody
@require_POST
def join(request: HttpRequest, writer: Writer) -> HttpResponse:
    """Join the problem of the pressed button; the draft it was offered for is not filed, and thrown away.

    A visitor is led to the page of the problem, to sign in there. Whose problem ended meanwhile keeps the draft.
    """
    at, key, token = timezone.now(), _key(request), draft_token(request)
    if writer.citizen is None:
        page = reverse("known-problem", args=[key])
        return redirect(f"{page}?draft={token}" if token else page)
    draft = _draft(writer, token)
    channel = Channel.AGENCY_SITE if draft and draft.site_id else Channel.WEB
    try:
        actions.join(key, citizen=writer.citizen, by=signed_in_user(request), at=at, channel=channel)
    except actions.NoSuchProblem:
        raise Http404 from None
    except actions.ProblemOver:
        return _too_late(request, writer, key, draft, at)
    if draft is not None:
        uploads.discard(draft)
    messages.success(request, gettext("You were added. We tell you when the problem is over."))
    return redirect("known-problem", problem=key)


@for_everybody
@require_POST
def leave(request: HttpRequest, writer: Writer) -> HttpResponse:
    """Take back that the citizen has the problem too."""
    key = _key(request)
    if writer.citizen is not None and actions.leave(key, citizen=writer.citizen):
        messages.success(request, gettext("You are no longer on the list. You will get no message about this problem."))
    return redirect("known-problem", problem=key)


def _key(request: HttpRequest) -> int:
    key = sent_number(request.POST.get("problem", ""))
    if key is None:
        raise Http404
    return key


def _draft(writer: Writer, token: uuid.UUID | None) -> Draft | None:
    """Return the draft of the page, of the citizen or of this browser before signing in."""
    if token is None:
        return None
    own = Q(citizen=writer.citizen) | (Q(visitor=writer.visitor) & ~Q(visitor=""))
    return Draft.objects.filter(own, pk=token).first()


def _too_late(request: HttpRequest, writer: Writer, key: int, draft: Draft | None, at: datetime) -> HttpResponse:
    """Say that the problem is over, and lead back to what was being written, or to the problem."""
    messages.warning(request, OVER)
    if draft is None:
        return redirect("known-problem", problem=key)
    kept = drafting.open_draft(writer, draft.kind, draft.pk, at=at)
    return redirect(step_url(drafting.next_step(kept), kept))
