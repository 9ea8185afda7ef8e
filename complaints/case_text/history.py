"""What was done to a case: in which words, by whom, when, and what was written with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from complaints.case_text.clock_history import clock_particulars
from complaints.case_text.deadline import span_label
from complaints.case_text.event_texts import EventText, EventTextReader
from complaints.engine.signed_links import LinkBearer
from complaints.models import Case, CaseEvent
from complaints.workflow import Act, Verb

#: What was done, in the words of the desk.
DEEDS: dict[str, StrPromise] = {
    Verb.FILE: _("Filed"),
    Verb.REFER: _("Referred to an agency"),
    Verb.ACCEPT: _("Accepted"),
    Verb.DECLINE: _("Declined: outside the agency's competence"),
    Verb.RETURN: _("Returned: it proved outside the agency's competence"),
    Verb.ASK: _("Question to the citizen"),
    Verb.REPLY: _("Reply of the citizen"),
    Verb.LAPSE: _("No reply in time; the work goes on without it"),
    Verb.EXTEND: _("New date granted"),
    Verb.CLOSE: _("Closed with an answer"),
    Verb.CORRECT: _("Closing taken back"),
    Verb.WITHDRAW: _("Withdrawn by the citizen"),
    Verb.ARCHIVE: _("Closed without referral"),
    Verb.OBJECT: _("Objection to the answer"),
    Verb.UPHOLD: _("Objection upheld"),
    Verb.DISMISS: _("Objection dismissed"),
    Act.AMEND: _("Words corrected by the citizen"),
    Act.ADD: _("Information added by the citizen"),
    Act.PROPOSE_EXTENSION: _("New date proposed"),
    Act.REFUSE_EXTENSION: _("Proposed date refused"),
    Act.PROPOSE_ANSWER: _("Answer proposed; it waits for the second signature"),
    Act.SEND_BACK: _("Proposed answer sent back"),
    Act.ASSIGN: _("Given to an officer"),
    Act.NOTE: _("Note"),
    Act.CALL: _("Telephone call noted"),
    Act.LABEL: _("Label changed"),
    Act.CONCERN: _("Set aside: the case is about them"),
    Act.CLEAR: _("Not set aside any more"),
    Act.LINK: _("Linked to another case"),
    Act.UNLINK: _("Link to another case ended"),
    Act.CONSULT: _("Directorate asked for a time and a finding"),
    Act.ESTIMATE: _("Time given by the directorate"),
    Act.FIND: _("Finding of the directorate"),
    Act.REVOKE: _("Request to the directorate taken back"),
    Act.ADD_TASK: _("Another agency asked for its part"),
    Act.ANSWER_TASK: _("Part of another agency answered"),
    Act.DROP_TASK: _("Part of another agency dropped"),
    Act.HAND_OVER: _("Handed over to an outside centre"),
    Act.TAKE_BACK: _("Answer of the outside centre recorded"),
    Act.REMIND: _("Reminder"),
    Act.ESCALATE: _("Deadline missed; reported further up"),
    Act.RECOUNT: _("Deadline counted anew: the calendar has changed"),
}
_KINDS: dict[str, str] = {
    Verb.FILE: "you",
    Verb.REPLY: "you",
    Verb.WITHDRAW: "you",
    Verb.OBJECT: "you",
    Act.AMEND: "you",
    Act.ADD: "you",
    Verb.ACCEPT: "ok",
    Verb.CLOSE: "ok",
    Verb.DECLINE: "bad",
    Verb.RETURN: "bad",
    Verb.LAPSE: "wait",
    Verb.ASK: "wait",
    Act.ESCALATE: "bad",
    Act.CONSULT: "wait",
    Act.FIND: "ok",
    Act.HAND_OVER: "wait",
}
#: What is done through a signed link, by nobody who has an account.
_BY_LINK = frozenset({Act.ESTIMATE, Act.FIND})


@dataclass(frozen=True)
class HistoryEntry:
    """One thing done to the case: ``after`` is how long the case had stood where it was before."""

    title: str
    at: datetime
    by: str
    kind: str
    after: str
    paper: EventText | None


def history_entries(case: Case, events: Sequence[CaseEvent], reader: EventTextReader) -> Iterator[HistoryEntry]:
    """Yield what was done to ``case`` by its ``events``, the oldest first."""
    entered, asker = events[0].at, ""
    for event in events:
        asker = event.actor.name if event.verb == Act.CONSULT and event.actor else asker
        moves = event.from_state != event.to_state
        yield HistoryEntry(
            title=": ".join(filter(None, [str(DEEDS[event.verb]), clock_particulars(event)])),
            at=event.at,
            by=actor_label(event, case, asker=asker),
            kind=_KINDS.get(event.verb, ""),
            after=span_label(event.at - entered) if moves and event.from_state else "",
            paper=reader.paper_of(event),
        )
        if moves:
            entered = event.at


def actor_label(event: CaseEvent, case: Case, *, asker: str = "") -> str:
    """Return who did it: staff by name, the citizen never by name, nobody where the clock did.

    ``asker`` is who asked the directorate last before it, where the caller knows that without a statement.
    """
    if event.actor is None:
        return _by_link(event, asker) if event.verb in _BY_LINK else gettext("by the clock")
    if event.actor_id == case.citizen.user_id:
        return gettext("the citizen")
    if event.on_behalf_of is not None:
        return gettext("%(deputy)s for %(absent)s") % {"deputy": event.actor.name, "absent": event.on_behalf_of.name}
    return event.actor.name


def _by_link(event: CaseEvent, asker: str) -> str:
    if event.facts.get("handed") != LinkBearer.OFFICER:
        return gettext("the directorate")
    if not asker:
        asked = CaseEvent.objects.filter(case=event.case_id, verb=Act.CONSULT, number__lt=event.number)
        asker = str(asked.select_related("actor").latest("number").actor)
    return gettext("through the link that %(officer)s passed on to the directorate") % {"officer": asker}
