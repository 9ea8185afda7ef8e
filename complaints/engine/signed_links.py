"""The link by which a directorate answers without an account: signed, for one request, over with it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation

from accounts.contact.recipients import directorate_key
from accounts.rate_limits import HOUR, RateLimit
from agencies.models import Directorate
from complaints.models import Case, Consultation, ConsultationState
from kit.dates import day_digits
from notifications import outbox
from notifications.models import Channel
from notifications.outbox import Notice

REQUEST: Final = "directorate_request"
REMINDER: Final = "directorate_reminder"
#: The messages that hold a link: whoever reads one could answer for the directorate.
TEMPLATES: Final = frozenset({REQUEST, REMINDER})
#: Nobody sends a finding this often; each may bring ten files to look into.
SENT_BY_LINK: Final = RateLimit("directorate_sent", 60, HOUR)
_SALT: Final = "complaints.directorates"


class LinkBearer(StrEnum):
    """How a link goes to its directorate."""

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
        """Tell whether the link opens nothing any more."""
        return self not in {LinkStatus.OPEN, LinkStatus.ANSWERED}


def token_for(asked: Consultation) -> str:
    """Return what the link says: the key of the request, signed; no personal data, and no end of its own."""
    return _signer().sign(str(asked.pk))


def read(token: str) -> Consultation | None:
    """Return the request a link was made for, however it stands; None when the link is not one of ours."""
    try:
        key = _signer().unsign(token)
    except BadSignature:
        return None
    return with_case().filter(pk=int(key)).first()


def with_case() -> QuerySet[Consultation]:
    """Return requests with what the directorate's page shows of them."""
    return Consultation.objects.select_related(
        "directorate__agency", "case__agency", "case__citizen", "case__governorate", "case__topic__parent"
    )


def link_status(asked: Consultation, *, at: datetime) -> LinkStatus:
    """Return what the link of ``asked`` opens at ``at``; the moment it expires it is over."""
    if not asked.case.is_open:
        return LinkStatus.CLOSED
    if asked.state == ConsultationState.REVOKED:
        return LinkStatus.REVOKED
    if at >= asked.expires_at:
        return LinkStatus.EXPIRED
    return LinkStatus.ANSWERED if asked.state == ConsultationState.FOUND else LinkStatus.OPEN


def link_url(asked: Consultation) -> str:
    """Return the whole address of the link, in the language of the request."""
    with translation.override(asked.language):
        return f"{settings.PUBLIC_URL}{reverse('directorate', args=[token_for(asked)])}"


def owe(asked: Consultation, *, at: datetime) -> None:
    """Owe the directorate its link, in the caller's transaction; one without an address gets it from the officer."""
    if asked.directorate.email:
        outbox.owe([notice(asked)], occasion=f"consultation:{asked.pk}", at=at, expires_at=asked.expires_at)


def notice(asked: Consultation, *, template: str = REQUEST) -> Notice:
    """Return the e-mail that brings the directorate its link, in the language of the request."""
    directorate = asked.directorate
    with translation.override(asked.language):
        words = {
            "ref": asked.case.reference,
            "agency": directorate.agency.short_name,
            "date": day_digits(timezone.localdate(asked.expires_at)),
            "url": link_url(asked),
        }
    return Notice(
        template=template,
        channel=Channel.EMAIL,
        recipient=directorate_key(directorate.pk),
        address=directorate.email,
        language=asked.language,
        context=words,
        reference=asked.case.reference,
        # The short link of a message leads to the case itself, which a directorate may not open.
        linked=False,
        daytime=True,
    )


def channel_to(directorate: Directorate) -> LinkBearer:
    """Return how a link goes to ``directorate`` now: where it has no address an officer passes it on."""
    return LinkBearer.EMAIL if directorate.email else LinkBearer.OFFICER


def channel_of(asked: Consultation) -> LinkBearer:
    """Return how the link of ``asked`` went: what an officer had in hand proves nothing of who answered by it.

    An address given later does not undo that the link was shown, nor one taken away that it is shown now.
    """
    if channel_to(asked.directorate) == LinkBearer.OFFICER:
        return LinkBearer.OFFICER
    return LinkBearer(asked.event.link_bearer)


def cancel(case: Case, *, at: datetime) -> None:
    """Keep the request and its reminders from leaving, if they have not yet, in the caller's transaction."""
    outbox.cancel(reference=case.reference, templates=TEMPLATES, at=at)


def _signer() -> Signer:
    # A dot is nothing to a mail program; a colon at the end of a link is to some.
    return Signer(sep=".", salt=_SALT)
