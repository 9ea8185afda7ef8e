"""The triage of the unit: cases without an agency, referred to one or closed with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import CMU
from agencies.models import Agency, current_calendar
from complaints import actions
from complaints.actions.triage import NoActiveOfficer
from complaints.permissions import rulings
from complaints.permissions.rulings import AgencyEnded
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.staff.forms import other_agencies
from complaints.staff.frame import frame
from complaints.staff.suggested import suggestion_list
from complaints.staff.work_list import TRIAGE
from complaints.suggestions import owners
from complaints.unit.triage.forms import ArchiveForm, ReferForm
from complaints.unit.triage.page_data import lines, number_waiting, triage_page, unwritten_voices
from complaints.unit.triage.table import line_rows
from complaints.visibility.identity import StaffVisibility
from complaints.workflow import Action


@staff_required(CMU)
@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """Show the cases that wait for an owner, by deadline, the refusal's reason beside the citizen's words."""
    user, at, after = signed_in_user(request), timezone.now(), request.GET.get("after", "")
    page = triage_page(user, at=at, after=after)
    listed = lines(page.rows, user, after=after, at=at, calendar=current_calendar())
    context = {
        "lines": listed,
        "line_rows": line_rows(listed, StaffVisibility(user, at), request, opened=request.GET.get("open", "")),
        "next": f"?{urlencode({'after': page.next})}" if page.next else "",
        "first": "?" if after else "",
        "voices": unwritten_voices(user, at=at),
        **frame(user, at=at, counts={TRIAGE: number_waiting(user, at=at)}),
    }
    return render(request, "complaints/unit/triage/triage.html", context)


@action_page(Action.REFER, "complaints/unit/triage/refer.html")
def refer(request: ActionRequest) -> HttpResponse:
    """Send the case to an agency; from another one it is taken back first."""
    on = timezone.localdate(request.at)
    form = _refer_form(request, agencies=other_agencies(request.case, on=on))
    if not request.is_sent(form) or not _refer(request, form):
        item = owners.for_case(request.case, at=request.at)
        return request.page(item=item, suggestions=suggestion_list(item, request.http) if item else "")
    words = {"agency": form.chosen_agency.name}
    return request.done(
        gettext("You referred the case to %(agency)s. The agency and the citizen are being told.") % words
    )


def _refer_form(request: ActionRequest, *, agencies: Sequence[Agency]) -> ReferForm:
    """Return the form as it was sent, or as it opens: with the agency whose button was pressed where one has to write.

    A ruling needs a reason, for which a button of one press has no field: that is no mistake of whoever pressed it.
    """
    data, wished = request.data, request.http.GET.get("agency", "")
    if data is not None and "reason" not in data and rulings.needs_ruling(request.case):
        wished, data = data.get("agency", ""), None
    return ReferForm(data, case=request.case, agencies=agencies, wished=wished)


def _refer(request: ActionRequest, form: ReferForm) -> bool:
    agency, said = form.chosen_agency, {name: form.cleaned_data[name] for name in ("reason", "resets_limit")}
    try:
        actions.refer(request.case, by=request.user, at=request.at, agency=agency, precedent=form.precedent, **said)
    except NoActiveOfficer:
        text = gettext(
            "%(agency)s has no active liaison officer today and cannot receive cases. Choose another agency."
        )
        form.add_error("agency", text % {"agency": agency.name})
        return False
    except AgencyEnded:
        form.add_error("agency", gettext("This agency no longer exists. Choose another agency."))
        return False
    return True


@action_page(Action.ARCHIVE, "complaints/unit/triage/archive.html")
def archive(request: ActionRequest) -> HttpResponse:
    """Close what no agency can take on, with a reason the citizen reads."""
    form = ArchiveForm(request.data)
    if not request.is_sent(form):
        return request.page()
    actions.archive(request.case, by=request.user, at=request.at, reason=form.cleaned_data["reason"])
    return request.done(gettext("You closed the case. The citizen is being told and can read your reason."))
