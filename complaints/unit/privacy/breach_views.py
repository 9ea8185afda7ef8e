"""The pages of breaches of personal data: the record, its clocks, whom it concerns, and the notices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import Role
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.escalation import breach_clocks
from complaints.models import Breach
from complaints.staff.frame import frame
from complaints.unit.privacy.forms import AuthorityForm, BreachForm, ConcernedForm
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, sending

HEAD = frozenset({Role.CMU_HEAD})


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def breach_list(request: HttpRequest) -> HttpResponse:
    """Show the breaches with their clocks, and record one."""
    user, at = signed_in_user(request), timezone.now()
    form = BreachForm(request.POST if request.method == "POST" else None, at=at)
    if form.is_bound and form.is_valid():
        with sending(request, at=at):
            breach = Breach.objects.create(**form.cleaned_data, recorded_by=user, recorded_at=at)
        messages.success(request, gettext("The breach is recorded. Its clocks run from the moment it became known."))
        return redirect("privacy-breach", breach.pk)
    breaches = [
        (each, breach_clocks.persons_clock(each, at=at), breach_clocks.authority_clock(each, at=at))
        for each in Breach.objects.all()[:100]
    ]
    context = {"form": form, "breaches": breaches, **frame(user, at=at)}
    return render(request, "complaints/unit/privacy/breaches.html", context)


@staff_required(HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def breach_page(request: HttpRequest, breach: int) -> HttpResponse:
    """Show one breach; list whom it concerns, tell them, and record that the authority was told."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(Breach.objects.select_related("recorded_by"), pk=breach)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    listing = ConcernedForm(request.POST if step == "list" else None)
    authority = AuthorityForm(request.POST if step == "authority" else None)
    if _is_done(request, found, step, listing, authority):
        return redirect("privacy-breach", found.pk)
    people = found.persons.select_related("citizen").order_by("pk")
    context = {
        "breach": found,
        "persons_clock": breach_clocks.persons_clock(found, at=at),
        "authority_clock": breach_clocks.authority_clock(found, at=at),
        "listing": listing,
        "authority": authority,
        "failed": listing if listing.errors else authority,
        "number": people.count(),
        "people": people[:100],
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/privacy/breach.html", context)


def _is_done(request: HttpRequest, breach: Breach, step: str, listing: ConcernedForm, authority: AuthorityForm) -> bool:
    """Do the step that was sent; False where there is none, or its form has errors."""
    at = timezone.now()
    if step == "list" and listing.is_valid():
        number = breach_clocks.list_persons(breach, listing.filters, at=at)
        text = ngettext("The list has %(number)s person.", "The list has %(number)s persons.", number)
        messages.success(request, text % {"number": number})
        return True
    if step == "tell" and breach.listed_at is not None:
        if not breach_clocks.begin_telling(breach.pk, listed=request.POST.get("listed", ""), at=at):
            messages.warning(
                request, gettext("The list was made again in the meantime. Read it, then tell the persons.")
            )
            return True
        is_over = breach_clocks.tell_persons(breach, at=at)
        done = gettext("The notices are on their way.")
        messages.success(request, done if is_over else gettext("The notices go out in the next minutes."))
        return True
    if step == "authority" and authority.is_valid():
        untold = Breach.objects.filter(pk=breach.pk, authority_told_at__isnull=True)
        if not untold.update(authority_told_at=at, authority_reference=authority.cleaned_data["reference"]):
            authority.add_error("reference", gettext("Someone else has recorded the notice to the authority already"))
            return False
        messages.success(request, gettext("It is recorded that the authority was told."))
        return True
    return False
