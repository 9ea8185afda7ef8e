"""The case that a call of an agency's system is about."""

from __future__ import annotations

from typing import Final

from django.http import Http404
from django.utils.translation import gettext

from agencies.models import Agency
from complaints import reference
from complaints.api.signed_calls import CallRefused, SignedCall
from complaints.engine import agency_calls
from complaints.models import AgencySystem, Case
from complaints.staff.frame import load_case

LONGEST_NUMBER: Final = 20


def registered_name(code: str) -> str | None:
    """Return the name of the program of the agency with this code."""
    agency = Agency.objects.filter(code=code).first()
    return agency_calls.program_name(agency) if agency else None


def find_case(call: SignedCall, system: AgencySystem) -> Case:
    """Return the case that a call names; raise CallRefused unless the agency has it and its officer sees it."""
    missing = CallRefused(404, "no_such_case", gettext("You have no case with this number."))
    number = reference.parse(str(call.data.get("case", ""))[:LONGEST_NUMBER])
    if number is None:
        raise missing
    try:
        case = load_case(system.officer, number, at=call.at)
    except Http404:
        raise missing from None
    if case.agency_id != system.agency_id:
        raise missing
    return case
