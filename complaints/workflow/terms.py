"""The terms of a case: its kinds, states, actions, actors, outcomes, holders and clocks."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a person may send."""

    COMPLAINT = "complaint", _("Complaint")
    SUGGESTION = "suggestion", _("Suggestion")
    INQUIRY = "inquiry", _("Inquiry")
    PRAISE = "praise", _("Praise")


class State(TextChoices):
    """The state of a case; the labels are those for staff."""

    TRIAGE = "triage", _("In triage")
    REFERRED = "referred", _("Confirm responsibility")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the citizen")
    CLOSED = "closed", _("Closed")
    OBJECTED = "objected", _("Objection under review")


class Action(StrEnum):
    """An action on a case; the table in ``complaints.workflow.actions`` has one row for each."""

    # actions that change the state
    FILE = "file"
    REFER = "refer"
    ACCEPT = "accept"
    DECLINE = "decline"
    RETURN = "return"
    ASK = "ask"
    REPLY = "reply"
    LAPSE = "lapse"
    EXTEND = "extend"
    CLOSE = "close"
    DELIVER = "deliver"
    UNDO = "undo"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    OBJECT = "object"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    # actions that are recorded in the history and leave the state as it is
    AMEND = "amend"
    ADD = "add"
    PROPOSE_EXTENSION = "propose_extension"
    REFUSE_EXTENSION = "refuse_extension"
    PROPOSE_ANSWER = "propose_answer"
    SEND_BACK = "send_back"
    ASSIGN = "assign"
    NOTE = "note"
    CALL = "call"
    LABEL = "label"
    CLASSIFY = "classify"
    RECUSE = "recuse"
    END_RECUSAL = "end_recusal"
    CLEAR_URGENT = "clear_urgent"
    LINK = "link"
    UNLINK = "unlink"
    CONSULT = "consult"
    ESTIMATE = "estimate"
    FIND = "find"
    REVOKE = "revoke"
    ADD_TASK = "add_task"
    ANSWER_TASK = "answer_task"
    DROP_TASK = "drop_task"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    REMIND = "remind"
    REMIND_AGENCY = "remind_agency"
    ASK_UNIT = "ask_unit"
    ASK_EXPLANATION = "ask_explanation"
    EXPLAIN = "explain"
    ESCALATE = "escalate"
    RECALCULATE = "recalculate"
    RATE = "rate"
    TRANSCRIBE = "transcribe"
    SHOW_FILES = "show_files"


class Actor(StrEnum):
    """What a person is to one case at one moment."""

    CITIZEN = "citizen"
    REPRESENTATIVE = "representative"
    AGENT = "agent"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    LEADERSHIP = "leadership"
    CMU = "cmu"
    UNINVOLVED_CMU = "uninvolved_cmu"
    DOER = "doer"
    SIGNER = "signer"
    PARTNER = "partner"
    DIRECTORATE = "directorate"
    CENTRE = "centre"
    CLOCK = "clock"


class Outcome(TextChoices):
    """How a case ended."""

    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    REFUSED_WITH_REASON = "refused_with_reason", _("Refused, with the reason")
    ANSWERED = "answered", _("Answered")
    THANKED = "thanked", _("Thanks passed on")
    ADOPTED = "adopted", _("Suggestion adopted")
    NOT_ADOPTED = "not_adopted", _("Suggestion not adopted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    NO_REPLY = "no_reply", _("No answer to the question")
    INADMISSIBLE = "inadmissible", _("Out of scope")


class WithdrawalReason(TextChoices):
    """Why a citizen withdraws a case; nobody has to say it."""

    SOLVED = "solved", _("The problem has been solved")
    MISTAKE = "mistake", _("It was sent by mistake, or twice")
    ELSEWHERE = "elsewhere", _("I am going elsewhere with it")
    OTHER = "other", _("Another reason")


#: The outcomes an officer may choose when closing, by kind.
OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Kind.COMPLAINT: (Outcome.SOLVED, Outcome.PARTLY, Outcome.REFUSED_WITH_REASON, Outcome.NO_REPLY),
    Kind.SUGGESTION: (Outcome.ADOPTED, Outcome.NOT_ADOPTED, Outcome.NO_REPLY),
    Kind.INQUIRY: (Outcome.ANSWERED, Outcome.REFUSED_WITH_REASON, Outcome.NO_REPLY),
    # Praise is passed on, not answered: ``Action.DELIVER``.
    Kind.PRAISE: (),
}


class Holder(TextChoices):
    """Who holds the case: exactly one party while it is open."""

    CMU = "cmu", _("The unit")
    AGENCY = "agency", _("Agency")
    DIRECTORATE = "directorate", _("Directorate")
    CITIZEN = "citizen", _("Citizen")
    OUTSIDE_CENTRE = "outside_centre", _("Outside centre")


class ClockKind(TextChoices):
    """What a clock measures."""

    FIND_OWNER = "find_owner", _("Find the responsible agency")
    DECIDE_COMPETENCE = "decide_competence", _("Confirm responsibility")
    ANSWER = "answer", _("Answer the citizen")
    CITIZEN_REPLY = "citizen_reply", _("Citizen's answer")
    DECIDE_OBJECTION = "decide_objection", _("Decide on the objection")
    MAY_OBJECT = "may_object", _("Time to object")
    ANSWER_TASK = "answer_task", _("Contribute to the leading agency's answer")


class Party(StrEnum):
    """Who gets a message about a change."""

    CITIZEN = "citizen"
    HOLDER = "holder"
    CMU = "cmu"
    FORMER_AGENCY = "former_agency"
    PARTNER = "partner"
