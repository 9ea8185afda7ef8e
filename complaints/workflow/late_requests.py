"""The rows of the table of actions for what a citizen may ask for while the agency is late."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from complaints.workflow.rules import PERSON, ActionRule, Tell, TimelineText
from complaints.workflow.states import AT_AGENCY
from complaints.workflow.terms import Action, Party

#: The first once a working day, the second after the last escalation level: ``complaints.permissions.late_cases``.
LATE_REQUESTS: Final[dict[Action, ActionRule]] = {
    Action.REMIND_AGENCY: ActionRule(
        label=_("Reminder from the citizen"),
        who=PERSON,
        sources=AT_AGENCY,
        colour="you",
        timeline=TimelineText(title=_("You sent a reminder to %(agency)s"), colour="you"),
    ),
    Action.ASK_UNIT: ActionRule(
        label=_("The citizen asked the CMU to step in"),
        who=PERSON,
        sources=AT_AGENCY,
        colour="you",
        tells=(Tell(Party.CMU, "cmu_asked"),),
        timeline=TimelineText(
            title=_("You asked the %(unit)s to step in"), text=_("Your case is on its list now."), colour="you"
        ),
    ),
}
