"""Requests of a person about their own data: made with a time limit, decided once with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.contact.account_notices import account_notice
from accounts.models import Citizen, PrivacyRequest, RequestKind, RequestLimit, RequestState, User
from notifications import outbox

#: Where the table of limits has no row for a kind.
DEFAULT_DAYS: Final = 30
_ANSWERS: Final = {
    (RequestKind.DELETION, RequestState.GRANTED): "account_deleted",
}


class RequestAlreadyDecided(Exception):
    """Somebody has decided the request meanwhile."""


def limits() -> list[tuple[RequestKind, int]]:
    """Return in how many days a request of each kind is decided."""
    days = dict(RequestLimit.objects.values_list("kind", "days"))
    return [(kind, days.get(kind, DEFAULT_DAYS)) for kind in RequestKind]


def ask(citizen: Citizen, kind: RequestKind, *, text: str, at: datetime) -> PrivacyRequest:
    """Return the open request of this kind, made now unless there is one; its last day comes from the table."""
    limit = RequestLimit.objects.filter(kind=kind).first()
    due_on = timezone.localdate(at) + timedelta(days=limit.days if limit else DEFAULT_DAYS)
    made, _ = PrivacyRequest.objects.get_or_create(
        citizen=citizen, kind=kind, state=RequestState.OPEN, defaults={"text": text, "made_at": at, "due_on": due_on}
    )
    return made


def decide(pk: UUID, state: RequestState, *, reason: str, by: User, at: datetime) -> PrivacyRequest:
    """Decide a request under its lock and owe the answer to the person; raises ``RequestAlreadyDecided``."""
    with transaction.atomic():
        request = PrivacyRequest.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=pk)
        if request.state != RequestState.OPEN:
            raise RequestAlreadyDecided
        request.state, request.reason = state, reason
        request.decided_by, request.decided_at = by, at
        request.save(update_fields=["state", "reason", "decided_by", "decided_at"])
        _owe_answer(request, at=at)
    return request


def mark_done(pk: UUID, *, at: datetime) -> bool:
    """Note that a granted correction was made outside the desk for identities; False where it is made already."""
    return bool(PrivacyRequest.objects.to_correct().filter(pk=pk).update(done_at=at))


def _owe_answer(request: PrivacyRequest, *, at: datetime) -> None:
    citizen = request.citizen
    template = _ANSWERS.get((RequestKind(request.kind), RequestState(request.state)), "privacy_answered")
    notice = account_notice(citizen, template, citizen.phone, other_address=citizen.confirmed_email)
    outbox.owe([notice], occasion=f"privacy:{request.pk}:answered", at=at)


def open_requests() -> list[PrivacyRequest]:
    """Return the requests that wait, the first to be decided first, with their people."""
    return list(
        PrivacyRequest.objects.filter(state=RequestState.OPEN).select_related("citizen").order_by("due_on", "pk")[:200]
    )


def to_correct() -> list[PrivacyRequest]:
    """Return the corrections that were granted and are not made yet, the oldest first."""
    return list(PrivacyRequest.objects.to_correct().select_related("citizen").order_by("decided_at", "pk")[:200])


def decided_requests() -> list[PrivacyRequest]:
    """Return the newest decisions."""
    decided = PrivacyRequest.objects.exclude(state=RequestState.OPEN).select_related("citizen", "decided_by")
    return list(decided.order_by("-decided_at", "-pk")[:50])
