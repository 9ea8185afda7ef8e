"""What a citizen does about a late case: remind the agency, and ask the unit to step in; each is one press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import citizen_required, signed_in_user
from complaints import actions
from complaints.actions.reminders import RemindedToday
from complaints.engine.transition import TransitionNotAllowed
from complaints.portal.access import own_case
from kit.unit import unit_name


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_remind(request: HttpRequest, ref: str) -> HttpResponse:
    """Remind the late agency; a second press on the same working day says that it was done."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    if request.method == "POST":
        try:
            actions.remind_agency(case, by=signed_in_user(request), at=at)
            messages.success(request, gettext("Your reminder was sent to the agency."))
        except RemindedToday:
            messages.warning(request, gettext("You have already sent a reminder. You can send one each working day."))
        except TransitionNotAllowed:
            messages.warning(request, gettext("Your case is not late at the agency now."))
    return redirect("case", ref=ref)


@citizen_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_ask_unit(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask the unit to step in, once until the case moves."""
    at = timezone.now()
    case = own_case(request, ref, at=at)
    if request.method == "POST":
        try:
            actions.ask_unit(case, by=signed_in_user(request), at=at)
            words = gettext("The %(unit)s has been asked to step in. Your case is on its list now.")
            messages.success(request, words % {"unit": unit_name()})
        except TransitionNotAllowed:
            words = gettext(
                "You have already asked the %(unit)s to step in, or the delay has not yet been reported to every "
                "level of management."
            )
            messages.warning(request, words % {"unit": unit_name()})
    return redirect("case", ref=ref)
