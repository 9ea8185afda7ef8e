"""Showing the number and the telephone of a person, for a reason that is recorded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.desk.case_page.forms import IdentityForm
from complaints.staff.frame import CASEWORK
from complaints.staff.loading import case_context, load_case
from complaints.visibility.identity import knows_person

#: What officers need to reach somebody; they do not need the birth date or the address.
FIELDS = ("number", "phone")


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required()
def reveal(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the number and the telephone once, after recording who asked and why.

    404 where the person hid the identity from the reader. The answer is no redirect: what it shows is stored nowhere.
    """
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    if not knows_person(case, user, at=at):
        raise Http404
    form = IdentityForm(request.POST if request.method == "POST" else None)
    shown: dict[str, str] = {}
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        shown = disclosure.reveal(
            case.citizen,
            viewer=user,
            about=disclosure.CaseMark(case.reference, case.agency_id),
            fields=FIELDS,
            reason=reason,
            at=at,
        )
    context = {"form": form, "shown": shown, **case_context(case, user, at=at)}
    return render(request, "complaints/desk/case_page/identity.html", context)
