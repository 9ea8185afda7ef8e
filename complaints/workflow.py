"""The life of a case as one table: which verb leads from which state to which, who may say it and who is told.

Pure: no database, no clock. The domain enforces it, the database repeats it in a trigger, the buttons are drawn
from it and ``docs/lifecycle.md`` is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
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
    """Where a case stands; the labels are the words of the desk."""

    TRIAGE = "triage", _("In triage")
    REFERRED = "referred", _("Decide competence")
    IN_PROGRESS = "in_progress", _("In progress")
    WAITING = "waiting", _("Waiting for the citizen")
    CLOSED = "closed", _("Closed")
    OBJECTED = "objected", _("Objection under review")


class Verb(StrEnum):
    """What can be done to the state of a case."""

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
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    OBJECT = "object"
    UPHOLD = "uphold"
    DISMISS = "dismiss"


class Act(StrEnum):
    """What is recorded in the history without changing the state."""

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
    CONCERN = "concern"
    CLEAR = "clear"
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
    ESCALATE = "escalate"
    RECOUNT = "recount"


class Actor(StrEnum):
    """What a person is to one case at one moment."""

    CITIZEN = "citizen"
    AGENT = "agent"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    CMU = "cmu"
    UNINVOLVED_CMU = "uninvolved_cmu"
    CLOSER = "closer"
    SIGNER = "signer"
    PARTNER = "partner"
    DIRECTORATE = "directorate"
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
    NO_REPLY = "no_reply", _("No reply from the citizen")
    INADMISSIBLE = "inadmissible", _("Outside the system")


#: The outcomes an officer may choose when closing, by kind.
OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    Kind.COMPLAINT: (Outcome.SOLVED, Outcome.PARTLY, Outcome.REFUSED_WITH_REASON, Outcome.NO_REPLY),
    Kind.SUGGESTION: (Outcome.ADOPTED, Outcome.NOT_ADOPTED, Outcome.NO_REPLY),
    Kind.INQUIRY: (Outcome.ANSWERED, Outcome.REFUSED_WITH_REASON, Outcome.NO_REPLY),
    Kind.PRAISE: (Outcome.THANKED,),
}


class Holder(TextChoices):
    """Who has the case in hand; exactly one during an open stretch."""

    CMU = "cmu", _("Government Complaints Management Unit")
    AGENCY = "agency", _("Agency")
    DIRECTORATE = "directorate", _("Directorate")
    CITIZEN = "citizen", _("Citizen")
    OUTSIDE_CENTRE = "outside_centre", _("Outside centre")


class ClockKind(TextChoices):
    """What a clock measures."""

    FIND_OWNER = "find_owner", _("Find the competent agency")
    DECIDE_COMPETENCE = "decide_competence", _("Decide competence")
    ANSWER = "answer", _("Answer the citizen")
    CITIZEN_REPLY = "citizen_reply", _("Reply of the citizen")
    DECIDE_OBJECTION = "decide_objection", _("Decide the objection")
    MAY_OBJECT = "may_object", _("Time to object")
    ANSWER_TASK = "answer_task", _("Answer for the leading agency")


@dataclass(frozen=True)
class Standing:
    """What a state means: who holds the case and which clock runs, for how many days."""

    holder: Holder | None
    clock: ClockKind
    days: int | None  # working days; None: the date is set by the verb that enters the state


#: Calendar days after closing in which the citizen may object.
OBJECTION_DAYS = 14
#: Objections one case can carry.
MAX_OBJECTIONS = 2
#: Minutes in which the closer may take back a slip.
CORRECTION_MINUTES = 15

STANDINGS: dict[State, Standing] = {
    State.TRIAGE: Standing(Holder.CMU, ClockKind.FIND_OWNER, 1),
    State.REFERRED: Standing(Holder.AGENCY, ClockKind.DECIDE_COMPETENCE, 2),
    State.IN_PROGRESS: Standing(Holder.AGENCY, ClockKind.ANSWER, None),
    State.WAITING: Standing(Holder.CITIZEN, ClockKind.CITIZEN_REPLY, 10),
    State.OBJECTED: Standing(Holder.CMU, ClockKind.DECIDE_OBJECTION, 5),
    State.CLOSED: Standing(None, ClockKind.MAY_OBJECT, None),
}


class Party(StrEnum):
    """Who is told of a change."""

    CITIZEN = "citizen"
    HOLDER = "holder"
    CMU = "cmu"
    FORMER_AGENCY = "former_agency"
    PARTNER = "partner"


@dataclass(frozen=True)
class Tell:
    """One message owed by a verb: to whom, which template, and into which states (all of the verb's when empty)."""

    party: Party
    template: str
    into: frozenset[State] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One row of the table.

    ``sources`` is empty for the verb that creates a case. Of two ``targets`` triage is for a case without an agency;
    a verb that ``resumes`` leads back to the state the case came from.
    ``overtakes`` names the templates whose messages are cancelled when they have not left yet: those that would ask for
    what is done, or say what is no longer so. A receipt is never among them: it proves the day of filing.
    """

    sources: frozenset[State]
    targets: frozenset[State]
    who: frozenset[Actor]
    tells: tuple[Tell, ...] = ()
    overtakes: frozenset[str] = frozenset()
    resumes: bool = False


S, A, P = State, Actor, Party
DESK = frozenset({A.OFFICER, A.SUPERVISOR})
CALLER = frozenset({A.CITIZEN, A.AGENT})
OPEN = frozenset({S.TRIAGE, S.REFERRED, S.IN_PROGRESS, S.WAITING, S.OBJECTED})
WORKING = frozenset({S.TRIAGE, S.REFERRED, S.IN_PROGRESS})


#: What promises a reply by a date: untrue once the date moves or the case does.
PROMISES = frozenset({"case_accepted", "case_new_date", "case_upheld", "officer_upheld"})
#: What reminds staff of a date: pointless once it is kept, moved or somebody else's.
REMINDERS = frozenset({"officer_reminder", "officer_due"})
#: What tells the agency that it has something to do: pointless once the case is elsewhere.
AT_THE_DESK = frozenset({"officer_new_case", "officer_reply", "officer_lapsed", "officer_added"}) | REMINDERS


def _one(state: State) -> frozenset[State]:
    return frozenset({state})


TRANSITIONS: dict[Verb, Transition] = {
    Verb.FILE: Transition(
        sources=frozenset(),
        targets=frozenset({S.REFERRED, S.TRIAGE}),
        who=CALLER,
        tells=(
            Tell(P.CITIZEN, "case_received", _one(S.REFERRED)),
            Tell(P.CITIZEN, "case_received_triage", _one(S.TRIAGE)),
            Tell(P.HOLDER, "officer_new_case", _one(S.REFERRED)),
            Tell(P.CMU, "cmu_triage", _one(S.TRIAGE)),
        ),
    ),
    Verb.REFER: Transition(
        sources=WORKING,
        targets=_one(S.REFERRED),
        who=frozenset({A.CMU}),
        tells=(
            Tell(P.CITIZEN, "case_moved"),
            Tell(P.HOLDER, "officer_new_case"),
            Tell(P.FORMER_AGENCY, "officer_recalled"),
        ),
        overtakes=frozenset({"case_moved", "case_triage", "case_resumed", "cmu_triage"}) | PROMISES | AT_THE_DESK,
    ),
    Verb.ACCEPT: Transition(
        sources=_one(S.REFERRED),
        targets=_one(S.IN_PROGRESS),
        who=DESK,
        tells=(Tell(P.CITIZEN, "case_accepted"),),
        overtakes=frozenset({"officer_new_case"}) | REMINDERS,
    ),
    Verb.DECLINE: Transition(
        sources=_one(S.REFERRED),
        targets=_one(S.TRIAGE),
        who=DESK,
        tells=(Tell(P.CITIZEN, "case_triage"), Tell(P.CMU, "cmu_triage")),
        overtakes=frozenset({"case_moved", "case_resumed"}) | AT_THE_DESK,
    ),
    Verb.RETURN: Transition(
        sources=_one(S.IN_PROGRESS),
        targets=_one(S.TRIAGE),
        who=DESK,
        tells=(Tell(P.CITIZEN, "case_triage"), Tell(P.CMU, "cmu_triage")),
        overtakes=frozenset({"case_moved", "case_resumed"}) | PROMISES | AT_THE_DESK,
    ),
    Verb.ASK: Transition(
        sources=WORKING,
        targets=_one(S.WAITING),
        who=DESK | {A.CMU},
        tells=(Tell(P.CITIZEN, "case_question"),),
        overtakes=frozenset({"case_resumed", "officer_new_case", "officer_reply", "officer_lapsed", "cmu_triage"})
        | REMINDERS,
    ),
    Verb.REPLY: Transition(
        sources=_one(S.WAITING),
        targets=WORKING,
        who=CALLER,
        tells=(Tell(P.HOLDER, "officer_reply"),),
        # The clock went on, so the promised date has moved.
        overtakes=frozenset({"case_question", "case_reminder"}) | PROMISES,
        resumes=True,
    ),
    Verb.LAPSE: Transition(
        sources=_one(S.WAITING),
        targets=WORKING,
        who=frozenset({A.CLOCK}),
        tells=(Tell(P.CITIZEN, "case_resumed"), Tell(P.HOLDER, "officer_lapsed")),
        overtakes=frozenset({"case_question", "case_reminder"}) | PROMISES,
        resumes=True,
    ),
    Verb.EXTEND: Transition(
        sources=_one(S.IN_PROGRESS),
        targets=_one(S.IN_PROGRESS),
        who=frozenset({A.SUPERVISOR, A.CMU}),
        tells=(Tell(P.CITIZEN, "case_new_date"),),
        overtakes=PROMISES | REMINDERS,
    ),
    Verb.CLOSE: Transition(
        sources=frozenset({S.REFERRED, S.IN_PROGRESS}),
        targets=_one(S.CLOSED),
        who=DESK | {A.SIGNER},
        tells=(Tell(P.CITIZEN, "case_answered"),),
        overtakes=frozenset({"case_resumed", "case_late", "officer_new_case", "officer_reply", "officer_lapsed"})
        | PROMISES
        | REMINDERS,
    ),
    Verb.CORRECT: Transition(
        sources=_one(S.CLOSED),
        targets=_one(S.IN_PROGRESS),
        who=frozenset({A.CLOSER}),
        overtakes=frozenset({"case_answered", "case_unanswered"}),
    ),
    Verb.WITHDRAW: Transition(
        sources=OPEN,
        targets=_one(S.CLOSED),
        who=CALLER,
        tells=(Tell(P.CITIZEN, "case_withdrawn"), Tell(P.FORMER_AGENCY, "officer_withdrawn")),
        overtakes=frozenset({"case_question", "case_moved", "case_triage", "case_resumed", "case_objected"})
        | frozenset({"case_reminder", "case_late", "cmu_triage", "cmu_objection"})
        | PROMISES
        | AT_THE_DESK,
    ),
    Verb.ARCHIVE: Transition(
        sources=_one(S.TRIAGE),
        targets=_one(S.CLOSED),
        who=frozenset({A.CMU}),
        tells=(Tell(P.CITIZEN, "case_archived"),),
        overtakes=frozenset({"case_triage", "case_resumed", "cmu_triage"}) | AT_THE_DESK,
    ),
    Verb.OBJECT: Transition(
        sources=_one(S.CLOSED),
        targets=_one(S.OBJECTED),
        who=CALLER,
        tells=(Tell(P.CITIZEN, "case_objected"), Tell(P.CMU, "cmu_objection")),
        overtakes=frozenset({"case_answered", "case_unanswered", "case_archived", "case_dismissed"}),
    ),
    Verb.UPHOLD: Transition(
        sources=_one(S.OBJECTED),
        targets=frozenset({S.IN_PROGRESS, S.TRIAGE}),
        who=frozenset({A.UNINVOLVED_CMU}),
        tells=(
            Tell(P.CITIZEN, "case_upheld", _one(S.IN_PROGRESS)),
            Tell(P.HOLDER, "officer_upheld", _one(S.IN_PROGRESS)),
            Tell(P.CITIZEN, "case_triage", _one(S.TRIAGE)),
            Tell(P.CMU, "cmu_triage", _one(S.TRIAGE)),
        ),
        overtakes=frozenset({"case_objected", "cmu_objection"}) | REMINDERS,
    ),
    Verb.DISMISS: Transition(
        sources=_one(S.OBJECTED),
        targets=_one(S.CLOSED),
        who=frozenset({A.UNINVOLVED_CMU}),
        tells=(Tell(P.CITIZEN, "case_dismissed"),),
        overtakes=frozenset({"case_objected", "cmu_objection"}) | REMINDERS,
    ),
}


def edges() -> list[tuple[str, str, str]]:
    """Return every (verb, from, to) the table allows, sorted; ``from`` is empty for a new case."""
    return sorted(
        (verb.value, source.value if source else "", target.value)
        for verb, row in TRANSITIONS.items()
        for source in (row.sources or {None})
        for target in row.targets
    )


#: The verbs that do what a clock waits for; any other verb that leaves the state only stops it.
FULFILS: dict[ClockKind, frozenset[Verb]] = {
    ClockKind.FIND_OWNER: frozenset({Verb.REFER, Verb.ARCHIVE}),
    ClockKind.DECIDE_COMPETENCE: frozenset({Verb.ACCEPT, Verb.DECLINE, Verb.CLOSE}),
    ClockKind.ANSWER: frozenset({Verb.CLOSE}),
    ClockKind.CITIZEN_REPLY: frozenset({Verb.REPLY}),
    ClockKind.DECIDE_OBJECTION: frozenset({Verb.UPHOLD, Verb.DISMISS}),
    ClockKind.MAY_OBJECT: frozenset({Verb.OBJECT}),
    ClockKind.ANSWER_TASK: frozenset(),
}
#: Who is told of an act, beyond what the act itself owes; the citizen is told of no internal one.
ACT_TELLS: dict[Act, tuple[Tell, ...]] = {
    Act.AMEND: (Tell(P.HOLDER, "officer_added"),),
    Act.ADD: (Tell(P.HOLDER, "officer_added"),),
    Act.ESTIMATE: (Tell(P.HOLDER, "officer_directorate"),),
    Act.FIND: (Tell(P.HOLDER, "officer_directorate"),),
    Act.REFUSE_EXTENSION: (Tell(P.HOLDER, "officer_date_refused"),),
    Act.SEND_BACK: (Tell(P.HOLDER, "officer_sent_back"),),
    Act.ADD_TASK: (Tell(P.PARTNER, "officer_task"),),
    Act.ANSWER_TASK: (Tell(P.HOLDER, "officer_task_answered"),),
    Act.DROP_TASK: (Tell(P.PARTNER, "officer_task_dropped"),),
}
