"""What officers read of the directorates they asked: the estimates, the finding, and the link to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Prefetch
from django.utils.translation import gettext

from agencies.models import Directorate, current_calendar
from complaints.case_text.estimates import GivenEstimate, given_estimates
from complaints.engine import signed_links
from complaints.models import WITH_DIRECTORATE, Attachment, Case, Consultation, ConsultationState
from complaints.permissions.case_parts import has_part

_FILES: Final = Prefetch("attachments", Attachment.objects.select_related("shown"))
_FINDINGS_FILES: Final = Prefetch("attachments", Attachment.objects.filter(event=None).select_related("shown"))


@dataclass(frozen=True, kw_only=True)
class ConsultationSummary:
    """One consultation as the agency that asked reads it.

    ``files`` came with the finding, ``asked_files`` with the request; those that the citizen sees have ``shown``.
    ``link`` is there for whoever may hand it over, while it opens the case; ``is_beyond`` tells that the time given
    ends after the day promised to the citizen.
    """

    consultation: Consultation
    estimates: Sequence[GivenEstimate]
    files: Sequence[Attachment]
    asked_files: Sequence[Attachment]
    link: str
    is_open: bool
    has_expired: bool
    is_beyond: bool

    @property
    def is_found(self) -> bool:
        """Tell whether the directorate gave its finding."""
        return self.consultation.state == ConsultationState.FOUND


def consultation_summaries(case: Case, *, at: datetime, shows_link: bool) -> list[ConsultationSummary]:
    """Return what directorates were asked about ``case``, the newest first, in four statements at most.

    ``shows_link`` tells that the reader may give the link to the directorate.
    """
    if not has_part(case, "consultations"):
        return []
    rows = case.consultations.select_related("directorate", "asked_by").prefetch_related("estimates", _FILES)
    consultations = list(rows.order_by("-asked_at", "-pk"))
    calendar = current_calendar() if any(consultation.days for consultation in consultations) else None
    summaries = []
    for consultation in consultations:
        estimates = given_estimates(consultation.estimates.all(), calendar=calendar) if calendar else []
        summaries.append(_summary(consultation, at=at, estimates=estimates, shows_link=shows_link))
    return summaries


def last_consultation(case: Case) -> Consultation | None:
    """Return what a directorate was asked last about ``case``, unless it was taken back."""
    kept = case.consultations.exclude(state=ConsultationState.REVOKED)
    return kept.order_by("-asked_at", "-pk").first()


def asked_text(directorate: Directorate) -> str:
    """Say how a request that was just made reaches ``directorate``."""
    if directorate.email:
        return gettext("The request is being sent to the directorate by e-mail.")
    return gettext("The request is ready. Copy its link from the page of the case and give it to the directorate.")


def findings(case: Case) -> list[Consultation]:
    """Return the findings directorates gave on ``case``, the newest first."""
    found = case.consultations.filter(state=ConsultationState.FOUND).select_related("directorate")
    return list(found.prefetch_related(_FINDINGS_FILES).order_by("-ended_at", "-pk"))


def _summary(
    consultation: Consultation, *, at: datetime, estimates: Sequence[GivenEstimate], shows_link: bool
) -> ConsultationSummary:
    is_open = consultation.state in WITH_DIRECTORATE
    has_expired = is_open and at >= consultation.expires_at
    promised, files = consultation.case.promised_on, consultation.attachments.all()
    return ConsultationSummary(
        consultation=consultation,
        estimates=estimates,
        files=[file for file in files if file.event_id is None],
        asked_files=[file for file in files if file.event_id is not None],
        link=signed_links.link_url(consultation) if shows_link and is_open and not has_expired else "",
        is_open=is_open,
        has_expired=has_expired,
        is_beyond=is_open and bool(estimates) and promised is not None and estimates[-1].until > promised,
    )
