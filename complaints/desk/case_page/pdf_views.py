"""The file of a case as a PDF: without the person for all staff of the case, with the person for a reason."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.models import User, ViewKind
from accounts.sign_in.factors.step_up import recent_factor_required
from complaints.desk.case_page.forms import IdentityForm
from complaints.desk.case_page.identity_views import FIELDS
from complaints.models import Case
from complaints.staff import pdf
from complaints.staff.case_file import read_case_file
from complaints.staff.frame import CASEWORK
from complaints.staff.loading import case_context, load_case
from complaints.visibility.identity import knows_person


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required()
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask which PDF is wanted; one with the identity is sent once the reason is recorded."""
    user, at = signed_in_user(request), timezone.now()
    case = load_case(user, ref, at=at)
    is_known = knows_person(case, user, at=at)
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not is_known:
        raise Http404
    if form.is_bound and form.is_valid():
        return _pdf(case, user, at=at, person=_person(case, user, at=at, reason=form.cleaned_data["reason"]))
    context = {"form": form if is_known else None, **case_context(case, user, at=at)}
    return render(request, "complaints/desk/case_page/pdf.html", context)


@staff_required(CASEWORK)
@require_safe
def plain(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the PDF without the person."""
    user, at = signed_in_user(request), timezone.now()
    return _pdf(load_case(user, ref, at=at), user, at=at)


def _person(case: Case, user: User, *, at: datetime, reason: str) -> pdf.NamedPerson:
    shown = disclosure.reveal(
        case.citizen,
        viewer=user,
        about=disclosure.CaseMark(case.reference, case.agency_id),
        fields=FIELDS,
        reason=reason,
        at=at,
        kind=ViewKind.PDF,
    )
    kind = str(case.citizen.get_number_kind_display())
    return pdf.NamedPerson(case.citizen.full_name, kind, number=shown["number"], phone=shown["phone"])


def _pdf(case: Case, user: User, *, at: datetime, person: pdf.NamedPerson | None = None) -> HttpResponse:
    content = pdf.render(case, read_case_file(case, user, at=at), at=at, printed_by=user.name, person=person)
    disposition = f'attachment; filename="{case.reference}.pdf"'
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": disposition})
