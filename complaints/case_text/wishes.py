"""The agency that a citizen chose and that did not get the case."""

from __future__ import annotations

from agencies.models import Agency
from complaints.models import Case
from complaints.workflow import Action, State


def wished_agency(case: Case) -> Agency | None:
    """Return the agency chosen when filing, while the case is with the unit because that agency could not receive it.

    None too for a topic that is withheld from agencies. Two statements for a case in triage, none for any other.
    """
    if case.state != State.TRIAGE or (case.topic is not None and case.topic.withheld_from_agency):
        return None
    filed = case.events.filter(action=Action.FILE, to_state=State.TRIAGE)
    key = filed.values_list("facts__chosen_agency", flat=True).first()
    return Agency.objects.filter(pk=key).first() if key else None
