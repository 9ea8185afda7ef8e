"""The rows of the table of actions for what an agency asks of a directorate, another agency or an outside centre."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from complaints.workflow.rules import DESK, DESK_OR_CENTRE, STAFF, ActionRule, Tell, TimelineText, those
from complaints.workflow.states import ANY_STATE, AT_AGENCY, WITH_AGENCY
from complaints.workflow.terms import Action, Actor, Party

ASKED_OF_OTHERS: Final[dict[Action, ActionRule]] = {
    Action.CONSULT: ActionRule(
        label=_("Directorate asked for a time estimate and a finding"), who=DESK, sources=AT_AGENCY, colour="wait"
    ),
    Action.ESTIMATE: ActionRule(
        label=_("Time estimate from the directorate"),
        who=those(Actor.DIRECTORATE),
        sources=WITH_AGENCY,
        tells=(Tell(Party.HOLDER, "officer_directorate"),),
        by_link=True,
    ),
    Action.FIND: ActionRule(
        label=_("Directorate's finding"),
        who=those(Actor.DIRECTORATE),
        sources=WITH_AGENCY,
        colour="ok",
        tells=(Tell(Party.HOLDER, "officer_directorate"),),
        by_link=True,
    ),
    Action.SHOW_FILES: ActionRule(
        label=_("Directorate's files for the citizen chosen"),
        who=DESK,
        sources=ANY_STATE,
        timeline=TimelineText(title=_("%(agency)s shows you files"), only_with="shows_files"),
    ),
    Action.REVOKE: ActionRule(label=_("Request to the directorate cancelled"), who=DESK, sources=WITH_AGENCY),
    Action.ADD_TASK: ActionRule(
        label=_("Another agency asked to contribute"),
        who=STAFF,
        sources=AT_AGENCY,
        tells=(Tell(Party.PARTNER, "officer_task"),),
    ),
    Action.ANSWER_TASK: ActionRule(
        label=_("Contribution of another agency received"),
        who=those(Actor.PARTNER),
        sources=WITH_AGENCY,
        tells=(Tell(Party.HOLDER, "officer_task_answered"),),
    ),
    Action.DROP_TASK: ActionRule(
        label=_("Request to another agency cancelled"),
        who=STAFF,
        sources=WITH_AGENCY,
        tells=(Tell(Party.PARTNER, "officer_task_dropped"),),
    ),
    Action.HAND_OVER: ActionRule(
        label=_("Handed over to an outside centre"), who=STAFF | {Actor.AGENT}, sources=WITH_AGENCY, colour="wait"
    ),
    Action.TAKE_BACK: ActionRule(label=_("Outside centre's answer recorded"), who=DESK_OR_CENTRE, sources=WITH_AGENCY),
}
