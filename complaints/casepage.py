"""What the citizen's case page shows, gathered in four statements after the case itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.translation import gettext, pgettext

from complaints import policy, timeline
from complaints.kinds import words_for
from complaints.models import CaseEvent
from complaints.promise import promise_of, stages_of, status_of
from complaints.workflow import Act, Verb
from notifications.models import Channel, Message, MessageState

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Case

#: Messages shown at most; the oldest say the least.
MOST_NOTICES = 20
#: What a message became, in the words and the colour of its tag; what never left is not shown.
_STATES: dict[str, tuple[str, str]] = {
    MessageState.PENDING: ("pending", ""),
    MessageState.SENDING: ("pending", ""),
    MessageState.ACCEPTED: ("sent", "info"),
    MessageState.UNKNOWN: ("sent", "info"),
    MessageState.DELIVERED: ("delivered", "ok"),
    MessageState.UNDELIVERABLE: ("failed", "warn"),
}


class NoticeLine(NamedTuple):
    """One message about the case: what it told, by which way, when, and what became of it."""

    about: str
    way: str
    at: datetime
    word: str
    kind: str


def page_of(case: Case, user: User, *, at: datetime) -> dict[str, Any]:
    """Return what the case page shows its citizen at ``at``."""
    events = list(case.events.select_related("agency"))
    words = timeline.words_of(case)
    return {
        "case": case,
        "kind": words_for(case.kind),
        "status": status_of(case),
        "promise": promise_of(case, at=at, first_on=_first_promise(events)),
        "stages": stages_of(case, events),
        "entries": timeline.entries_of(case, events, words),
        "answer": timeline.answer_of(case, events, words),
        "question": timeline.question_of(case, events, words),
        "attachments": list(case.attachments.all()),
        "notices": notices_of(case),
        "may_add": policy.may_act(case, Act.ADD, user, at=at),
        "may_amend": policy.may_act(case, Act.AMEND, user, at=at),
        "may_withdraw": policy.may(case, Verb.WITHDRAW, user, at=at),
    }


def _first_promise(events: Sequence[CaseEvent]) -> date | None:
    """Return the date that was promised first, once another was granted in its place."""
    promised: date | None = None
    extended = False
    for event in events:
        if event.verb == Verb.ACCEPT:
            promised, extended = _day(event.facts.get("promised_on")), False
        elif event.verb in {Verb.DECLINE, Verb.RETURN, Verb.REFER, Verb.UPHOLD}:
            promised, extended = None, False
        extended = extended or event.verb == Verb.EXTEND
    return promised if extended else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def notices_of(case: Case) -> list[NoticeLine]:
    """Return the messages about the case to its citizen, newest first, with what became of each."""
    sent = Message.objects.filter(reference=case.reference, recipient=f"citizen:{case.citizen_id}", state__in=_STATES)
    rows = sent.order_by("-created_at").values_list("template", "channel", "created_at", "state")[:MOST_NOTICES]
    told, became = _told_words(), _state_words()
    return [
        NoticeLine(
            told.get(template, ""), str(Channel(channel).label), at, became[_STATES[state][0]], _STATES[state][1]
        )
        for template, channel, at, state in rows
    ]


def _told_words() -> dict[str, str]:
    """Return what each message to a citizen tells, by its template."""
    received = gettext("It has arrived")
    return {
        "case_received": received,
        "case_received_triage": received,
        "case_filed_by_phone": received,
        "case_accepted": gettext("The date of the reply"),
        "case_new_date": gettext("A new date of the reply"),
        "case_question": gettext("A question to you"),
        "case_resumed": gettext("Work goes on without your answer"),
        "case_moved": gettext("It moved to another agency"),
        "case_triage": gettext("The right agency is being found"),
        "case_answered": gettext("The answer is there"),
        "case_withdrawn": gettext("You withdrew it"),
        "case_archived": gettext("It was closed"),
        "case_objected": gettext("Your objection has arrived"),
        "case_upheld": gettext("Your objection was accepted"),
        "case_dismissed": gettext("The answer stands"),
    }


def _state_words() -> dict[str, str]:
    return {
        "pending": pgettext("state of a message", "On its way"),
        "sent": pgettext("state of a message", "Sent"),
        "delivered": pgettext("state of a message", "Delivered"),
        "failed": pgettext("state of a message", "Could not be delivered"),
    }
