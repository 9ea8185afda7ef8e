"""The rows of the table of actions for what a citizen, and the agency's leadership, may ask for while it is late."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from complaints.workflow.rules import DESK, PERSON, ActionRule, Tell, TimelineText, those
from complaints.workflow.states import ANY_STATE, AT_AGENCY
from complaints.workflow.terms import Action, Actor, Party

#: The first once a working day, the second after the last escalation level, an explanation only where one was asked
#: for: ``complaints.permissions.readers``.
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
    Action.ASK_EXPLANATION: ActionRule(
        label=_("Explanation of the delay asked for"),
        who=those(Actor.LEADERSHIP),
        sources=AT_AGENCY,
        colour="wait",
        is_for_own_desk=True,
    ),
    Action.EXPLAIN: ActionRule(label=_("Delay explained"), who=DESK, sources=ANY_STATE, is_for_own_desk=True),
}
