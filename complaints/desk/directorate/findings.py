"""What the desk reads of the directorates it asked: when, the times given, the finding, and the link to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agencies.models import current_calendar
from complaints.case_text.estimates import GivenEstimate, given_estimates
from complaints.engine import signed_links
from complaints.models import WITH_DIRECTORATE, Attachment, Case, Consultation, ConsultationState


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request to a directorate as the desk reads it.

    ``link`` is there for whoever may hand it over, while it opens the case; ``is_beyond`` tells that the time given
    ends after the day promised to the citizen.
    """

    request: Consultation
    times: Sequence[GivenEstimate]
    files: Sequence[Attachment]
    link: str
    is_open: bool
    has_expired: bool
    is_beyond: bool

    @property
    def is_found(self) -> bool:
        """Tell whether the directorate gave its finding."""
        return self.request.state == ConsultationState.FOUND


def asked_of(case: Case, *, at: datetime, hands_over: bool) -> list[Asked]:
    """Return what directorates were asked about ``case``, the newest first, in four statements at most.

    ``hands_over`` tells that the reader may give the link to the directorate.
    """
    rows = case.consultations.select_related("directorate", "asked_by").prefetch_related("estimates", "attachments")
    requests = list(rows.order_by("-asked_at", "-pk"))
    calendar = current_calendar() if any(one.days for one in requests) else None
    return [
        _asked(one, case, at, given_estimates(one.estimates.all(), calendar=calendar) if calendar else [], hands_over)
        for one in requests
    ]


def last_asked(case: Case) -> Consultation | None:
    """Return what a directorate was asked last about ``case``, unless it was taken back."""
    kept = case.consultations.exclude(state=ConsultationState.REVOKED)
    return kept.order_by("-asked_at", "-pk").first()


def findings_of(case: Case) -> list[Consultation]:
    """Return the findings directorates gave on ``case``, the newest first."""
    found = case.consultations.filter(state=ConsultationState.FOUND).select_related("directorate")
    return list(found.order_by("-ended_at"))


def _asked(request: Consultation, case: Case, at: datetime, times: Sequence[GivenEstimate], hands_over: bool) -> Asked:  # noqa: FBT001 - called above only
    is_open = request.state in WITH_DIRECTORATE
    has_expired = is_open and at >= request.expires_at
    promised = case.promised_on
    return Asked(
        request=request,
        times=times,
        files=list(request.attachments.all()),
        link=signed_links.link_url(request) if hands_over and is_open and not has_expired else "",
        is_open=is_open,
        has_expired=has_expired,
        is_beyond=is_open and bool(times) and promised is not None and times[-1].until > promised,
    )
