"""The receipt of a case as a PDF, and the page that says whether a paper is ours and what became of its case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import rate_limits
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_user
from complaints.case_text import citizen_case
from complaints.case_text.kinds import words_of_kind
from complaints.engine import receipts
from complaints.portal.access import own_case
from complaints.portal.cases.paper import receipt_pdf
from kit.link_pages import opened_by_link

NOT_OURS = 404
#: Each is set anew, which takes seconds for a long case.
RECEIPTS_PER_PERSON = rate_limits.RateLimit("receipt_pdf", 30, rate_limits.HOUR)


@citizen_required
@require_safe
@handles_rate_limits
def case_pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand out the receipt of a citizen's own case."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    rate_limits.spend(RECEIPTS_PER_PERSON, str(signed_in_user(request).pk), at=at)
    page = citizen_case.case_page(case, signed_in_user(request), at=at)
    response = HttpResponse(receipt_pdf(case, page, at=at), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{case.reference}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@opened_by_link
@require_safe
@handles_rate_limits
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Say whether a paper was issued by us, and whether its case changed since; guesses are limited by address."""
    at, address = timezone.now(), rate_limits.client_address(request)
    rate_limits.require_room(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
    receipt = receipts.read(token)
    if receipt is None:
        rate_limits.spend(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
        return render(request, "complaints/portal/cases/check.html", {}, status=NOT_OURS)
    kind = words_of_kind(receipt.kind) if receipt.kind else None
    return render(request, "complaints/portal/cases/check.html", {"receipt": receipt, "kind": kind})
