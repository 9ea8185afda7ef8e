"""The pages on which somebody sees who speaks for whom, asks for a mandate, answers one, and ends one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.mandates import changes
from accounts.mandates.changes import MandateChanged, MandateInForce
from accounts.mandates.forms import AskPersonForm, AskUnitForm
from accounts.mandates.standing import MandateRow, in_force_words
from accounts.models import Citizen, Mandate
from accounts.models.mandates import MandateQuerySet

#: The ways to ask: for somebody who can answer, for somebody who cannot, and to be spoken for.
SPEAK, UNABLE, FOR_ME = "speak", "unable", "for-me"
_FORMS: Final[dict[str, type[AskPersonForm | AskUnitForm]]] = {
    SPEAK: AskPersonForm,
    UNABLE: AskUnitForm,
    FOR_ME: AskPersonForm,
}
#: Mandates that are shown; nobody has more in force.
MOST: Final = 100


@require_safe
@citizen_required
def mandates(request: HttpRequest) -> HttpResponse:
    """Show for whom the person speaks, and who speaks for them."""
    citizen, at = signed_in_citizen(request), timezone.now()
    found = [MandateRow.of(one, at=at) for one in _mine(citizen).order_by("-asked_at", "pk")[:MOST]]
    page = {
        "held": [row for row in found if row.mandate.representative_id == citizen.pk],
        "given": [row for row in found if row.mandate.person_id == citizen.pk],
    }
    return render(request, "accounts/mandates/mandates.html", page)


@require_safe
@citizen_required
def mandate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one mandate to its two people, with what each can do about it."""
    citizen, at = signed_in_citizen(request), timezone.now()
    found = get_object_or_404(_mine(citizen), pk=pk)
    is_waiting = found.is_waiting(at=at)
    page = {
        "row": MandateRow.of(found, at=at),
        "mandate": found,
        "is_representative": found.representative_id == citizen.pk,
        "may_answer": is_waiting and not found.by_unit and found.asked_one == citizen,
        "may_end": found.is_in_force(at=at),
        "may_take_back": is_waiting and found.asker == citizen,
    }
    return render(request, "accounts/mandates/mandate.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
def ask(request: HttpRequest, way: str) -> HttpResponse:
    """Take a request for a mandate."""
    if way not in _FORMS:
        raise Http404
    citizen = signed_in_citizen(request)
    form = _FORMS[way](request.POST if request.method == "POST" else None, asker=citizen)
    if form.is_bound and form.is_valid():
        try:
            asked = _ask(form, citizen, way=way)
        except MandateInForce as refused:
            form.add_error(form.number_field, in_force_words(refused.mandate))
        else:
            messages.success(request, _asked_words(asked))
            return redirect("mandate", asked.pk)
    return render(request, "accounts/mandates/ask.html", {"form": form, "way": way})


def _ask(form: AskPersonForm | AskUnitForm, citizen: Citizen, *, way: str) -> Mandate:
    at = timezone.now()
    if isinstance(form, AskUnitForm):
        return changes.ask_unit(citizen, form.terms, form.claim, at=at)
    number, phone = form.cleaned_data["number"], form.cleaned_data["mobile"]
    return changes.ask(citizen, form.terms, number=number, phone=phone, is_person=way == FOR_ME, at=at)


def _asked_words(asked: Mandate) -> str:
    if asked.by_unit:
        return gettext("Your request was sent. Show the unit the paper that proves it; then the unit decides.")
    return gettext(
        "Your request was sent. If there is an account with this number and this phone, we are asking its owner now."
    )


@require_POST
@citizen_required
def give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a mandate as the side that was asked."""
    citizen = signed_in_citizen(request)
    done = gettext("The mandate is in force now. We have told both of you.")
    return _change(request, pk, lambda: changes.give(pk, by=citizen, at=timezone.now()), done)


@require_POST
@citizen_required
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Refuse a mandate as the side that was asked."""
    user, done = signed_in_user(request), gettext("The request was refused, and the person who asked is told.")
    return _change(request, pk, lambda: changes.refuse(pk, by=user, at=timezone.now()), done)


@require_POST
@citizen_required
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a mandate in force, or take back a request."""
    user, done = signed_in_user(request), gettext("The mandate has ended. Nothing more can be done with it.")
    return _change(request, pk, lambda: changes.end(pk, by=user, at=timezone.now()), done)


def _change(request: HttpRequest, pk: UUID, change: Callable[[], object], done: str) -> HttpResponse:
    get_object_or_404(_mine(signed_in_citizen(request)), pk=pk)
    try:
        change()
    except MandateChanged:
        messages.warning(request, gettext("This was answered or ended in the meantime. Nothing was changed."))
    except MandateInForce as refused:
        messages.warning(request, in_force_words(refused.mandate))
    else:
        messages.success(request, done)
    return redirect("mandate", pk)


def _mine(citizen: Citizen) -> MandateQuerySet:
    return Mandate.objects.of(citizen).select_related("representative", "person")
