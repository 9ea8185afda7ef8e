"""The signed link by which a directorate answers one request without an account."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from accounts.contact import directorate_key
from accounts.rate_limits import HOUR, RateLimit
from agencies.models import Directorate
from complaints.engine.notices import first_occasion
from complaints.models import Case, CaseEvent, Consultation, ConsultationState
from complaints.permissions import policy
from complaints.workflow import Action
from kit.dates import day_digits
from kit.link_pages import link_signer
from notifications import outbox
from notifications.models import Channel, Message
from notifications.outbox import Notice

REQUEST: Final = "directorate_request"
REMINDER: Final = "directorate_reminder"
#: The templates of messages with such a link: anybody who reads one could answer for the directorate.
TEMPLATES: Final = frozenset({REQUEST, REMINDER})
#: More findings than anybody sends; each may have ten files that must be checked.
SENT_BY_LINK: Final = RateLimit("directorate_sent", 60, HOUR)
_SALT: Final = "complaints.directorates"


class LinkBearer(StrEnum):
    """How a directorate gets its link."""

    EMAIL = "email"
    OFFICER = "officer"


class LinkStatus(StrEnum):
    """What a link opens at one moment."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    REVOKED = "revoked"
    CLOSED = "closed"

    @property
    def is_over(self) -> bool:
        """Tell whether the link no longer opens anything."""
        return self not in {LinkStatus.OPEN, LinkStatus.ANSWERED}


def token_for(consultation: Consultation) -> str:
    """Return the signed key of the request for its link: no personal data, and no expiry of its own."""
    return link_signer(_SALT).sign(str(consultation.pk))


def read(token: str) -> Consultation | None:
    """Return the request a link was made for, in any state; None when the signature is not ours."""
    try:
        key = link_signer(_SALT).unsign(token)
    except BadSignature:
        return None
    return with_case().filter(pk=int(key)).first()


def with_case() -> QuerySet[Consultation]:
    """Return requests with the related rows that the directorate's page shows; the cases take a statement of theirs."""
    case = Prefetch("case", Case.objects.for_page())
    return Consultation.objects.select_related("directorate__agency").prefetch_related(case)


def link_status(consultation: Consultation, *, at: datetime) -> LinkStatus:
    """Return what the link of ``consultation`` opens at ``at``; at the moment of its expiry it is already over."""
    if not consultation.case.is_open:
        return LinkStatus.CLOSED
    if consultation.state == ConsultationState.REVOKED:
        return LinkStatus.REVOKED
    if at >= consultation.expires_at:
        return LinkStatus.EXPIRED
    return LinkStatus.ANSWERED if consultation.state == ConsultationState.FOUND else LinkStatus.OPEN


def link_url(consultation: Consultation) -> str:
    """Return the absolute URL of the link, in the language of the request."""
    with translation.override(consultation.language):
        return f"{settings.PUBLIC_URL}{reverse('directorate', args=[token_for(consultation)])}"


def signed_links_occasion(consultation: Consultation) -> str:
    """Return the occasion of the message with the link."""
    return f"consultation:{consultation.pk}"


def owe(consultation: Consultation, *, at: datetime) -> None:
    """Owe the directorate its link, in the caller's transaction; without an address the officer passes it on.

    It waits while the acceptance with which it is asked can be undone.
    """
    if consultation.directorate.email:
        held = policy.ends_at(consultation.case, at=at)
        outbox.owe(
            [replace(notice(consultation), not_before=held)],
            occasion=signed_links_occasion(consultation),
            at=at,
            expires_at=consultation.expires_at,
        )


def notice(consultation: Consultation, *, template: str = REQUEST) -> Notice:
    """Return the e-mail with the directorate's link, in the language of the request."""
    directorate = consultation.directorate
    with translation.override(consultation.language):
        words = {
            "ref": consultation.case.reference,
            "agency": directorate.agency.short_name,
            "date": day_digits(timezone.localdate(consultation.expires_at)),
            "url": link_url(consultation),
        }
    return Notice(
        template=template,
        channel=Channel.EMAIL,
        recipient=directorate_key(directorate.pk),
        address=directorate.email,
        language=consultation.language,
        context=words,
        reference=consultation.case.reference,
        # The short link of a message leads to the case itself, which a directorate may not open.
        linked=False,
        daytime=True,
    )


def channel_to(directorate: Directorate) -> LinkBearer:
    """Return how ``directorate`` gets a link now: without an address an officer passes it on."""
    return LinkBearer.EMAIL if directorate.email else LinkBearer.OFFICER


def link_delivery(consultation: Consultation) -> LinkBearer:
    """Return how the link of ``consultation`` was delivered; one that an officer had proves nothing of who answers.

    Once the link was shown to an officer, an address added later does not change that; nor does a removed address
    change that it is shown now.
    """
    if channel_to(consultation.directorate) == LinkBearer.OFFICER:
        return LinkBearer.OFFICER
    return LinkBearer(consultation.event.link_bearer)


def cancel(case: Case, *, at: datetime) -> None:
    """Cancel the unsent messages of the request and its reminders, in the caller's transaction."""
    outbox.cancel(reference=case.reference, templates=TEMPLATES, at=at)


# ---- The signed link by which a citizen rates one answer without signing in. ----


#: The message that asks whether the answer helped; its short link leads here.
TEMPLATE: Final = "case_rating"
_OCCASION: Final = "rating:"
_RATING_LINKS_SALT: Final = "complaints.ratings"


def occasion(closing: int) -> str:
    """Return the occasion of the question about a closing: each is asked about once."""
    return f"{_OCCASION}{closing}"


def rating_links_token_for(closing: int) -> str:
    """Return the signed key of a closing: nothing of the person, and no expiry of its own."""
    return link_signer(_RATING_LINKS_SALT).sign(str(closing))


def rating_links_read(token: str) -> CaseEvent | None:
    """Return the closing that a link was made for, with its case; None when the signature is not ours."""
    try:
        key = int(link_signer(_RATING_LINKS_SALT).unsign(token))
    except (BadSignature, ValueError):
        return None
    closings = CaseEvent.objects.select_related("case__agency", "case__topic", "case__citizen")
    return closings.filter(pk=key, action=Action.CLOSE).first()


def rating_path(message: Message) -> str:
    """Return where the short link of a question leads, in the language of the message."""
    closing = int(first_occasion(message).removeprefix(_OCCASION))
    with translation.override(message.language):
        return reverse("rating", args=[rating_links_token_for(closing)])
