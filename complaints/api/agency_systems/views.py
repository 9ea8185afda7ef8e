"""The address at which the case system of an agency acts on its cases, signed, in the name of an officer."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from complaints.api.agency_systems.acts import ACTS
from complaints.api.agency_systems.cases import find_case, registered_name
from complaints.api.signed_calls import CallRefused, SignedCall, signed_calls
from complaints.case_text.deadline import has_moved
from complaints.engine import agency_calls
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import AgencySystem, Case


@signed_calls(agency_calls.PREFIX, registered_name)
def agency_acts(call: SignedCall) -> dict[str, Any]:
    """Do one act of the desk to a case of the agency; a case of others is answered like none."""
    system = agency_calls.calling_system(call.endpoint)
    act = ACTS.get(str(call.data.get("action", "")))
    if system is None or act is None:
        text = gettext("The action is one of: %(actions)s.") % {"actions": ", ".join(ACTS)}
        raise CallRefused(422, "invalid", text, fields={"action": [text]})
    case = _locked(call, system)
    fields = {name: value for name, value in call.data.items() if name not in {"case", "version", "action"}}
    try:
        more = act(case, system.officer, fields, call.at)
    except TransitionNotAllowed:
        raise CallRefused(409, "overtaken", gettext("This is no longer possible on the case.")) from None
    except NotEntitled:
        text = gettext("The officer in whose name the system acts may not do this.")
        raise CallRefused(403, "not_entitled", text) from None
    case.refresh_from_db()
    return {"case": case.reference, "state": case.state, "version": case.version, **more}


def _locked(call: SignedCall, system: AgencySystem) -> Case:
    """Return the locked case that a call is about; raise CallRefused unless it is as the call knows it."""
    case = find_case(call, system)
    held = Case.objects.lock_version(case.pk)
    seen = call.data.get("version")
    if type(seen) is not int or not 0 < seen <= held:
        text = gettext("Send the version of the case that you know.")
        raise CallRefused(422, "invalid", text, fields={"version": [text]})
    if seen != held and has_moved(case, since=seen):
        raise CallRefused(409, "overtaken", gettext("The case has changed since this version."))
    return case
