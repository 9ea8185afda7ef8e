"""The address to which outside centres report, signed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from agencies.models import OutsideCentre
from complaints.actions.outside_centres import NotWithCentre, record_report
from complaints.api.centres.forms import ReportForm
from complaints.api.signed_calls import CallRefused, SignedCall, as_typed, require_valid, signed_calls
from complaints.engine import holders


def _name(code: str) -> str | None:
    centre = OutsideCentre.objects.filter(code=code).first()
    return holders.program_name(centre) if centre else None


@signed_calls(holders.PREFIX, _name)
def centre_reports(call: SignedCall) -> dict[str, Any]:
    """Record what a centre reports of a case that was handed to it; a case of others is answered like none."""
    centre = OutsideCentre.objects.get(pk=int(call.endpoint.name.removeprefix(holders.PREFIX)))
    return take_report(centre, call)


def take_report(centre: OutsideCentre, call: SignedCall) -> dict[str, Any]:
    """Record the report in a call; raise CallRefused where it is wrong or about a case that the centre never had."""
    form = ReportForm(as_typed(call.data), centre=centre, now=call.at)
    require_valid(form, call.data)
    try:
        return record_report(centre, form.report, at=call.at)
    except NotWithCentre:
        raise CallRefused(404, "no_such_case", gettext("You have no case with this number.")) from None
