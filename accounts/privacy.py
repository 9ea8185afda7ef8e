"""What belongs to the person: who looked at them, their acceptance of the policy, and requests about their data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.contact import account_notice
from accounts.decorators import POLICY_DUE, citizen_required, local_next, signed_in_citizen, signed_in_user
from accounts.models import Citizen, PrivacyRequest, RequestKind, RequestLimit, RequestState, User
from kit import keyset
from kit.forms import Form
from notifications import outbox

# ---- Requests of a person about their own data: made with a time limit, decided once with a reason. ----


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


# ---- The form by which a changed policy is accepted. ----


class PolicyForm(Form):
    """The acceptance of the policy shown above it."""

    policy = forms.BooleanField(
        label=_("I have read and accept the usage policy"),
        error_messages={"required": _("Accept the usage policy to continue")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, version: str) -> None:
        """``version`` is the one in force, which the page sends back as the one that was read."""
        super().__init__(data)
        self.version = version

    def clean_policy(self) -> bool:
        """Refuse to accept words that the person has not seen: another version came while the page was open."""
        if self.data.get("version") != self.version:
            raise ValidationError(
                _("The usage policy has changed since you opened this page. Read it again"), code="version"
            )
        return True


# ---- The citizen's pages of who looked, and of the policy that changed. ----


@require_safe
@citizen_required
def views(request: HttpRequest) -> HttpResponse:
    """Show who looked at the person: the role and agency, never the name of the officer; one page in one statement."""
    order, after = keyset.Order("at", newest=True), request.GET.get("after", "")
    rows = signed_in_citizen(request).views.select_related("agency").order_by(*order.columns)
    page = order.page(order.after(rows, keyset.read(after)))
    context = {
        "views": page.rows,
        "next": f"?after={page.next}" if page.next else "",
        "first": "?" if after else "",
    }
    return render(request, "accounts/privacy/views.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def accept_policy(request: HttpRequest) -> HttpResponse:
    """Show the policy that changed, and go on to what was asked for once it is accepted."""
    user = signed_in_user(request)
    if user.is_staff:
        return redirect("desk")
    if not hasattr(user, "citizen"):
        raise Http404
    citizen, language, target = signed_in_citizen(request), get_language() or "ar", local_next(request)
    at = timezone.now()
    if policy.has_accepted(citizen, at=at):
        request.session.pop(POLICY_DUE, None)
        return redirect(target or "home")
    current = policy.in_force(at)
    form = PolicyForm(request.POST if request.method == "POST" else None, version=current.version)
    if form.is_bound and form.is_valid():
        policy.accept(citizen, current.version, language=language, at=at)
        request.session.pop(POLICY_DUE, None)
        return redirect(target or "home")
    context = {"form": form, "next": target, **current.context(language)}
    return render(request, "accounts/privacy/accept_policy.html", context)
