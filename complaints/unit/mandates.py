"""The unit's pages about mandates: those it confirms for people who cannot, and those in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import phones
from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.mandates import changes
from accounts.mandates.changes import MandateChanged, MandateInForce, MandateRow, in_force_words
from accounts.models import Citizen, Mandate, User, ViewKind
from accounts.roles import CMU
from accounts.sign_in.factors import recent_factor_required
from complaints.attachments import fields
from complaints.attachments.responses import shown_response
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.forms import Form, MobileField, ParagraphField

# ---- What the unit says when it confirms, refuses or ends a mandate. ----


LONGEST: Final = 500
SHORTEST: Final = 5


class GiveMandateForm(Form):
    """What proves the mandate, and the person's own telephone if there is one."""

    seen = ParagraphField(
        label=_("What was seen?"),
        help_text=_("The paper, its number and date, who issued it, and who showed it where"),
        min=SHORTEST,
        max=LONGEST,
        rows=3,
        error_messages={"required": _("Write what was seen")},
    )
    mobile = MobileField(
        label=_("The person's own mobile number"),
        help_text=_("Leave it empty if there is none: messages then go to the representative's"),
        regions=phones.accepted_regions,
        required=False,
    )


class MandateReasonForm(Form):
    """Why the unit refuses a mandate or ends one; both people read it."""

    reason = ParagraphField(
        label=_("Reason"),
        help_text=_("Both people read it"),
        min=SHORTEST,
        max=LONGEST,
        rows=3,
        error_messages={"required": _("Write the reason")},
    )


# ---- The list of mandates that wait for the unit or are in force, and the page on which the unit decides. ----


#: Rows of each list: those that wait longest, and the newest in force.
MOST: Final = 200
CONFLICT: Final = 409
#: The three things the unit can do, each with its form.
_FORMS: Final[dict[str, type[Form]]] = {"give": GiveMandateForm, "refuse": MandateReasonForm, "end": MandateReasonForm}


@staff_required(CMU)
@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    """Show what waits for the unit, those first who have waited longest, and what is in force."""
    user, at = signed_in_user(request), timezone.now()
    joined = Mandate.objects.select_related("representative", "person")
    waiting = joined.waiting_for_unit(at).order_by("asked_at", "pk")[:MOST]
    in_force = joined.in_force(at).order_by("-decided_at", "pk")[:MOST]
    context = {
        "waiting": [MandateRow.of(mandate, at=at) for mandate in waiting],
        "in_force": [MandateRow.of(mandate, at=at) for mandate in in_force],
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/mandates/mandates.html", context)


@staff_required(CMU)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def mandate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one mandate and decide about it; who looked at its people is recorded, and nobody decides their own."""
    user, at = signed_in_user(request), timezone.now()
    found = _load(pk, user)
    what = request.POST.get("what", "")
    form = _FORMS[what](request.POST) if what in _FORMS else None
    if form is not None and form.is_valid():
        try:
            _acts(pk, user)[what](form.cleaned_data)
        except MandateChanged:
            return _page(request, found, form, what, is_outdated=True)
        except MandateInForce as refused:
            form.add_error("seen", in_force_words(refused.mandate))
            return _page(request, found, form, what)
        messages.success(request, gettext("Saved, and both people are told."))
        return redirect("unit-mandates")
    for person in found.both:
        record_view(person, viewer=user, kind=ViewKind.NUMBERS, about=CaseMark(), at=at)
    return _page(request, found, form, what)


@staff_required(CMU)
@recent_factor_required()
@require_safe
def paper(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponseBase:
    """Return a file that proves a mandate; who looked at its people is recorded."""
    user, at = signed_in_user(request), timezone.now()
    found = _load(pk, user)
    kept = next((one for one in fields.kept_papers(found) if one.attachment_id == file), None)
    if kept is None:
        raise Http404
    for person in found.both:
        record_view(person, viewer=user, kind=ViewKind.NUMBERS, about=CaseMark(), at=at)
    return shown_response(request, kept.attachment, name=kept.attachment.name)


def _load(pk: UUID, user: User) -> Mandate:
    """Return a mandate that the unit confirms, or that was given; 404 for other people's requests and for one's own."""
    rows = Mandate.objects.select_related("representative", "person", "decided_by", "ended_by")
    found = get_object_or_404(rows, pk=pk)
    if changes.is_own(found, user) or not (found.by_unit or found.decided_at):
        raise Http404
    return found


def _acts(pk: UUID, user: User) -> dict[str, Callable[[dict[str, Any]], object]]:
    at = timezone.now()
    return {
        "give": lambda said: changes.give_by_unit(pk, by=user, seen=said["seen"], mobile=said["mobile"], at=at),
        "refuse": lambda said: changes.refuse(pk, by=user, reason=said["reason"], at=at),
        "end": lambda said: changes.end(pk, by=user, reason=said["reason"], at=at),
    }


def _page(
    request: HttpRequest, found: Mandate, form: Form | None, what: str, *, is_outdated: bool = False
) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    fresh = _load(found.pk, user) if is_outdated else found
    is_waiting = fresh.by_unit and fresh.is_waiting(at=at)
    context = {
        "mandate": fresh,
        "row": MandateRow.of(fresh, at=at),
        "claim": changes.requested_claim(fresh.claimed) if is_waiting else None,
        "known": _known(fresh) if is_waiting else None,
        "is_waiting": is_waiting,
        "papers": fields.kept_papers(fresh),
        "is_in_force": fresh.is_in_force(at=at),
        "is_outdated": is_outdated,
        "typed": "\n".join(str(value) for value in form.cleaned_data.values() if value) if is_outdated and form else "",
        "failed": form if form is not None and form.errors else GiveMandateForm(),
        **{name: form if what == name and form is not None else make() for name, make in _FORMS.items()},
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/mandates/mandate.html", context, status=CONFLICT if is_outdated else 200)


def _known(mandate: Mandate) -> Citizen | None:
    return changes.find(mandate.claimed)
