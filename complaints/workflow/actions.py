"""The table of actions: one row for each action on a case.

A row holds its states, who may do it, the messages it sends and cancels, and its texts in history and timeline. The
engine enforces it, a trigger repeats its edges, and ``docs/lifecycle.md`` is generated from it.
"""

from django.utils.translation import gettext_lazy as _

from complaints.workflow.asked_of_others import ASKED_OF_OTHERS
from complaints.workflow.late_requests import LATE_REQUESTS
from complaints.workflow.rules import (
    AT_THE_DESK,
    CALLER,
    DESK,
    PROMISES,
    REMINDERS,
    SIGNERS,
    STAFF,
    ActionRule,
    Tell,
    TimelineText,
    those,
)
from complaints.workflow.states import ANY_STATE, AT_AGENCY, OPEN, WITH_AGENCY, WORKING
from complaints.workflow.terms import Action, Actor, ClockKind, Party, State

S, A, P = State, Actor, Party  # short, so that a row reads as a row
_REPLY_BY = _("You will get the reply by")
_NOT_COMPETENT = TimelineText(
    title=_("%(agency)s does not handle this"),
    text=_("%(unit)s finds the right agency. You do not need to do anything."),
    detail="reason",
)
_TO_TRIAGE = (Tell(P.CITIZEN, "case_triage"), Tell(P.CMU, "cmu_triage"))
_FOR_THE_DESK = (Tell(P.HOLDER, "officer_added"),)
#: Whoever answers a question before the promise has left would never be told the date.
_DATE_AGAIN = Tell(P.CITIZEN, "case_accepted", those(S.IN_PROGRESS), if_untold=True)

ACTIONS: dict[Action, ActionRule] = {
    # ---- what changes the state ----
    Action.FILE: ActionRule(
        label=_("Filed"),
        who=CALLER,
        targets=those(S.REFERRED, S.TRIAGE),
        colour="you",
        tells=(
            Tell(P.CITIZEN, "case_received", those(S.REFERRED)),
            Tell(P.CITIZEN, "case_received_triage", those(S.TRIAGE)),
            Tell(P.HOLDER, "officer_new_case", those(S.REFERRED)),
            Tell(P.CMU, "cmu_triage", those(S.TRIAGE)),
        ),
        timeline=TimelineText(
            text=_("Sent to %(agency)s."), text_in_triage=_("%(unit)s finds the right agency."), colour="you"
        ),
    ),
    Action.REFER: ActionRule(
        label=_("Referred to an agency"),
        who=those(A.CMU),
        sources=WORKING,
        targets=those(S.REFERRED),
        tells=(
            Tell(P.CITIZEN, "case_moved"),
            Tell(P.HOLDER, "officer_new_case"),
            Tell(P.FORMER_AGENCY, "officer_recalled"),
        ),
        overtakes=those("case_moved", "case_triage", "case_resumed", "cmu_triage") | PROMISES | AT_THE_DESK,
        fulfils=those(ClockKind.FIND_OWNER),
        timeline=TimelineText(title=_("Moved to %(owner)s"), text=_("You do not need to do anything.")),
    ),
    Action.ACCEPT: ActionRule(
        label=_("Accepted"),
        who=DESK,
        sources=those(S.REFERRED),
        targets=those(S.IN_PROGRESS),
        colour="ok",
        tells=(Tell(P.CITIZEN, "case_accepted"),),
        overtakes=those("officer_new_case") | REMINDERS,
        fulfils=those(ClockKind.DECIDE_COMPETENCE),
        timeline=TimelineText(title=_("%(agency)s will handle this"), text=_REPLY_BY, colour="ok", day="promised_on"),
    ),
    Action.DECLINE: ActionRule(
        label=_("Declined: not the agency's responsibility"),
        who=DESK,
        sources=those(S.REFERRED),
        targets=those(S.TRIAGE),
        colour="bad",
        tells=_TO_TRIAGE,
        overtakes=those("case_moved", "case_resumed") | AT_THE_DESK,
        is_previewed=True,
        fulfils=those(ClockKind.DECIDE_COMPETENCE),
        timeline=_NOT_COMPETENT,
    ),
    Action.RETURN: ActionRule(
        label=_("Returned: not the agency's responsibility"),
        who=DESK,
        sources=those(S.IN_PROGRESS),
        targets=those(S.TRIAGE),
        colour="bad",
        tells=_TO_TRIAGE,
        overtakes=those("case_moved", "case_resumed") | PROMISES | AT_THE_DESK,
        is_previewed=True,
        timeline=_NOT_COMPETENT,
    ),
    Action.ASK: ActionRule(
        label=_("Question to the citizen"),
        who=STAFF,
        sources=WORKING,
        targets=those(S.WAITING),
        colour="wait",
        tells=(Tell(P.CITIZEN, "case_question"),),
        overtakes=those("case_resumed", "officer_new_case", "officer_reply", "officer_lapsed", "cmu_triage")
        | REMINDERS,
        is_previewed=True,
        timeline=TimelineText(title=_("A question from %(agency)s"), colour="wait", has_quote=True),
    ),
    Action.REPLY: ActionRule(
        label=_("Citizen's answer"),
        who=CALLER,
        sources=those(S.WAITING),
        targets=WORKING,
        colour="you",
        tells=(_DATE_AGAIN, Tell(P.HOLDER, "officer_reply")),
        # The clock went on, so the promised date may have moved.
        overtakes=those("case_question", "case_reminder") | PROMISES,
        resumes=True,
        fulfils=those(ClockKind.CITIZEN_REPLY),
        timeline=TimelineText(title=_("You answered the question"), colour="you", has_quote=True),
    ),
    Action.LAPSE: ActionRule(
        label=_("No answer in time; work continues without it"),
        who=those(A.CLOCK),
        sources=those(S.WAITING),
        targets=WORKING,
        colour="wait",
        tells=(Tell(P.CITIZEN, "case_resumed"), _DATE_AGAIN, Tell(P.HOLDER, "officer_lapsed")),
        overtakes=those("case_question", "case_reminder") | PROMISES,
        resumes=True,
        timeline=TimelineText(
            title=_("The time for your answer has passed"),
            text=_("Work continues without your answer. You can still add information."),
        ),
    ),
    Action.EXTEND: ActionRule(
        label=_("Later date granted"),
        who=those(A.SUPERVISOR, A.CMU),
        sources=those(S.IN_PROGRESS),
        targets=those(S.IN_PROGRESS),
        tells=(Tell(P.CITIZEN, "case_new_date"),),
        overtakes=PROMISES | REMINDERS,
        timeline=TimelineText(title=_("New reply date"), text=_REPLY_BY, day="new_on", has_quote=True),
    ),
    Action.CLOSE: ActionRule(
        label=_("Closed with an answer"),
        who=DESK | {A.SIGNER},
        sources=AT_AGENCY,
        targets=those(S.CLOSED),
        colour="ok",
        tells=(Tell(P.CITIZEN, "case_answered"),),
        overtakes=those("case_resumed", "case_late", "officer_new_case", "officer_reply", "officer_lapsed")
        | PROMISES
        | REMINDERS,
        fulfils=those(ClockKind.DECIDE_COMPETENCE, ClockKind.ANSWER),
        # The page shows the answer itself above the timeline.
        timeline=TimelineText(title=_("Answered by %(agency)s"), colour="ok", detail="outcome"),
    ),
    Action.DELIVER: ActionRule(
        label=_("Praise passed on"),
        who=DESK,
        sources=AT_AGENCY,
        targets=those(S.CLOSED),
        tells=(Tell(P.CITIZEN, "case_delivered"),),
        overtakes=those("case_moved", "case_resumed", "case_late") | PROMISES | AT_THE_DESK,
        is_previewed=True,
        fulfils=those(ClockKind.DECIDE_COMPETENCE, ClockKind.ANSWER),
        timeline=TimelineText(title=_("Delivered to %(agency)s"), text=_("Your thanks were passed on."), colour="ok"),
    ),
    Action.UNDO: ActionRule(
        label=_("Last step undone"),
        who=those(A.DOER),
        sources=those(S.TRIAGE, S.IN_PROGRESS, S.CLOSED),
        targets=those(S.REFERRED, S.IN_PROGRESS),
        timeline=TimelineText(
            title=_("%(agency)s undid its last step"),
            text=_("This was done at once, before any message was sent. Work on your case continues as before."),
        ),
    ),
    Action.WITHDRAW: ActionRule(
        label=_("Withdrawn by the citizen"),
        who=CALLER,
        sources=OPEN,
        targets=those(S.CLOSED),
        colour="you",
        tells=(Tell(P.CITIZEN, "case_withdrawn"), Tell(P.FORMER_AGENCY, "officer_withdrawn")),
        overtakes=those("case_question", "case_moved", "case_triage", "case_resumed", "case_objected")
        | those("case_reminder", "case_late", "cmu_triage", "cmu_objection")
        | PROMISES
        | AT_THE_DESK,
        timeline=TimelineText(title=_("You withdrew your case"), colour="you"),
    ),
    Action.ARCHIVE: ActionRule(
        label=_("Closed without referral"),
        who=those(A.CMU),
        sources=those(S.TRIAGE),
        targets=those(S.CLOSED),
        tells=(Tell(P.CITIZEN, "case_archived"),),
        overtakes=those("case_triage", "case_resumed", "cmu_triage") | AT_THE_DESK,
        is_previewed=True,
        fulfils=those(ClockKind.FIND_OWNER),
        timeline=TimelineText(title=_("Closed by %(unit)s"), has_quote=True),
    ),
    Action.OBJECT: ActionRule(
        label=_("Objection to the answer"),
        who=CALLER,
        sources=those(S.CLOSED),
        targets=those(S.OBJECTED),
        colour="you",
        tells=(Tell(P.CITIZEN, "case_objected"), Tell(P.CMU, "cmu_objection")),
        overtakes=those("case_answered", "case_adopted", "case_not_adopted", "case_unanswered", "case_archived")
        | those("case_dismissed", "case_rating"),
        fulfils=those(ClockKind.MAY_OBJECT),
        timeline=TimelineText(title=_("You objected to the answer"), colour="you", has_quote=True),
    ),
    Action.UPHOLD: ActionRule(
        label=_("Objection accepted"),
        who=those(A.UNINVOLVED_CMU),
        sources=those(S.OBJECTED),
        targets=those(S.IN_PROGRESS, S.TRIAGE),
        tells=(
            Tell(P.CITIZEN, "case_upheld", those(S.IN_PROGRESS)),
            Tell(P.HOLDER, "officer_upheld", those(S.IN_PROGRESS)),
            Tell(P.CITIZEN, "case_triage", those(S.TRIAGE)),
            Tell(P.CMU, "cmu_triage", those(S.TRIAGE)),
        ),
        overtakes=those("case_objected", "cmu_objection") | REMINDERS,
        fulfils=those(ClockKind.DECIDE_OBJECTION),
        timeline=TimelineText(title=_("Your objection was accepted"), colour="ok", has_quote=True),
    ),
    Action.DISMISS: ActionRule(
        label=_("Objection rejected"),
        who=those(A.UNINVOLVED_CMU),
        sources=those(S.OBJECTED),
        targets=those(S.CLOSED),
        tells=(Tell(P.CITIZEN, "case_dismissed"),),
        overtakes=those("case_objected", "cmu_objection") | REMINDERS,
        is_previewed=True,
        fulfils=those(ClockKind.DECIDE_OBJECTION),
        timeline=TimelineText(title=_("The answer was not changed"), has_quote=True),
    ),
    # ---- what is recorded and leaves the state as it is ----
    Action.AMEND: ActionRule(
        label=_("Text corrected by the citizen"),
        who=CALLER,
        sources=those(S.TRIAGE, S.REFERRED),
        colour="you",
        tells=_FOR_THE_DESK,
        timeline=TimelineText(title=_("You corrected what you wrote"), colour="you"),
    ),
    Action.ADD: ActionRule(
        label=_("Information added by the citizen"),
        who=CALLER,
        sources=OPEN,
        colour="you",
        tells=_FOR_THE_DESK,
        timeline=TimelineText(title=_("You added information"), colour="you", has_quote=True),
    ),
    Action.TRANSCRIBE: ActionRule(
        label=_("Voice note written down"),
        who=STAFF,
        sources=ANY_STATE,
        timeline=TimelineText(title=_("Your voice note was written down")),
    ),
    Action.PROPOSE_EXTENSION: ActionRule(label=_("Later date proposed"), who=DESK, sources=those(S.IN_PROGRESS)),
    Action.REFUSE_EXTENSION: ActionRule(
        label=_("Later date refused"),
        who=those(A.SUPERVISOR, A.CMU),
        sources=WITH_AGENCY,
        tells=(Tell(P.HOLDER, "officer_date_refused"),),
        is_for_own_desk=True,
    ),
    Action.PROPOSE_ANSWER: ActionRule(
        label=_("Answer proposed, waiting for the second signature"), who=DESK, sources=AT_AGENCY
    ),
    Action.SEND_BACK: ActionRule(
        label=_("Proposed answer sent back"),
        who=SIGNERS,
        sources=AT_AGENCY,
        tells=(Tell(P.HOLDER, "officer_sent_back"),),
        is_for_own_desk=True,
    ),
    Action.ASSIGN: ActionRule(label=_("Assigned to an officer"), who=DESK | {A.CLOCK}, sources=WITH_AGENCY),
    Action.NOTE: ActionRule(
        label=_("Note"), who=STAFF | {A.LEADERSHIP, A.PARTNER}, sources=ANY_STATE, is_for_own_desk=True
    ),
    Action.CALL: ActionRule(
        label=_("Phone call recorded"), who=STAFF | {A.AGENT, A.PARTNER}, sources=ANY_STATE, is_for_own_desk=True
    ),
    Action.LABEL: ActionRule(label=_("Label changed"), who=STAFF, sources=ANY_STATE),
    Action.CLASSIFY: ActionRule(
        label=_("Topic or kind corrected"),
        who=STAFF | {A.AGENT},
        sources=ANY_STATE,
        tells=(Tell(P.CITIZEN, "case_earlier_date", if_dated=True),),
        timeline=TimelineText(title=_("The topic or the kind was corrected"), text=_REPLY_BY, day="new_on"),
    ),
    # The officer and the partner may recuse only themselves, which ``actions.recusals`` enforces.
    Action.RECUSE: ActionRule(
        label=_("Excluded: conflict of interest"),
        who=STAFF | {A.PARTNER, A.CLOCK},
        sources=ANY_STATE,
        is_for_own_desk=True,
    ),
    Action.END_RECUSAL: ActionRule(
        label=_("Exclusion ended"),
        who=those(A.SUPERVISOR, A.CMU),
        sources=ANY_STATE,
        is_for_own_desk=True,
    ),
    Action.CLEAR_URGENT: ActionRule(label=_("Urgent mark removed"), who=STAFF, sources=OPEN),
    Action.LINK: ActionRule(label=_("Linked to another case"), who=STAFF, sources=OPEN),
    Action.UNLINK: ActionRule(label=_("Link to another case removed"), who=STAFF, sources=OPEN),
    **ASKED_OF_OTHERS,
    Action.REMIND: ActionRule(label=_("Reminder"), who=STAFF | {A.LEADERSHIP, A.CLOCK}, sources=ANY_STATE),
    **LATE_REQUESTS,
    Action.ESCALATE: ActionRule(
        label=_("Deadline missed; escalated"),
        who=those(A.CLOCK),
        sources=ANY_STATE,
        colour="bad",
        # The first miss only: further escalation is internal to the offices.
        timeline=TimelineText(
            title=_("The deadline has passed"),
            text=_("We are sorry. We reported the delay to managers at %(agency)s."),
            colour="bad",
            only_with="is_first_miss",
        ),
    ),
    Action.RECALCULATE: ActionRule(
        label=_("Deadline recalculated after a calendar change"),
        who=those(A.CLOCK),
        sources=ANY_STATE,
        # Only the promised day; the other dates that are recalculated are internal.
        timeline=TimelineText(
            title=_("New reply date"),
            text=_("Offices are closed on the date you were given. You will get the reply by"),
            day="new_on",
            only_with="new_on",
        ),
    ),
    Action.RATE: ActionRule(
        label=_("Answer rated by the citizen"),
        who=CALLER,
        sources=those(S.CLOSED),
        colour="you",
        by_link=True,
        timeline=TimelineText(title=_("You rated the answer"), colour="you", detail="solved", has_quote=True),
    ),
}
