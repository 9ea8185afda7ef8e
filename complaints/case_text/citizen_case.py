"""What the citizen's case page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.contact import citizen_key
from accounts.models import User
from agencies.models import current_calendar
from complaints.actions.answers import answers_to_show
from complaints.attachments.uploads import files_by_event
from complaints.case_text import messages, timeline
from complaints.case_text.answers import answer_rounds
from complaints.case_text.deadline import lateness
from complaints.case_text.history import standing, texts_for_citizen
from complaints.case_text.kinds import words_of_kind
from complaints.case_text.messages import SEALED, DeliveryStatus
from complaints.case_text.promise import promise_card
from complaints.case_text.timeline import citizen_status, stages
from complaints.models import Attachment, Case, CaseEvent
from complaints.models.files import CITIZENS_ACTS
from complaints.permissions import policy, readers
from complaints.permissions.readers import has_part
from complaints.workflow import MAX_OBJECTIONS, OBJECTION_DAYS, Action
from kit.compiled_reads import CompiledRead
from notifications.models import Message, MessageState

#: Maximum number of messages shown, the newest.
MOST_NOTICES = 20


class NoticeLine(NamedTuple):
    """One message about the case: its subject, channel, time and delivery status."""

    about: str
    way: str
    at: datetime
    delivery: DeliveryStatus


def case_page(case: Case, user: User, *, at: datetime) -> dict[str, Any]:
    """Return what the case page shows its citizen at ``at``."""
    events = _EVENTS.rows(None, {"case": case}, case=case.pk)
    # The answer of another case may have been given to this one, with its files.
    was_answered = any(event.action == Action.CLOSE for event in events)
    files = files_by_event(case, at=at) if was_answered or has_part(case, "attachments") else timeline.NO_FILES
    return {
        "case": case,
        "events": events,
        "kind": words_of_kind(case.kind),
        "status": citizen_status(case),
        "promise": promise_card(case, at=at, first_on=_first_promise(events)),
        "stages": stages(case, events),
        "entries": timeline.timeline(case, events, texts_for_citizen(case, events), files),
        "rounds": answer_rounds(case, events, files, at=at),
        "undone_until": policy.ends_at(case, at=at),
        "late": lateness(case, at=at),
        "asking": late_requests(case, user, at=at),
        "question": timeline.open_question(case),
        "topic_answers": answers_to_show(case, knows_person=True),
        "attachments": _own_files(events, files),
        "notices": notice_lines(case, at=at),
        "may_add": policy.may(case, Action.ADD, user, at=at),
        "may_amend": policy.may(case, Action.AMEND, user, at=at),
        "objecting": objecting(case, user, at=at),
        "may_withdraw": policy.may(case, Action.WITHDRAW, user, at=at),
    }


_EVENTS: Final = CompiledRead(
    lambda _shape, *, case: CaseEvent.objects.filter(case=case).select_related("agency"), is_prepared=True
)


def _own_files(events: Sequence[CaseEvent], files: Mapping[int | None, Sequence[Attachment]]) -> Sequence[Attachment]:
    """Return those of ``files``, by the key of what they came with, that the citizen sent."""
    own = [None, *(event.pk for event in events if event.action in CITIZENS_ACTS)]
    return [file for key in own for file in files.get(key, ())]


class LateRequests(NamedTuple):
    """What the citizen may ask for while the agency is late; ``reminds_on`` is the day of the next reminder."""

    may_remind: bool
    reminds_on: date | None
    may_ask_unit: bool


def late_requests(case: Case, user: User, *, at: datetime) -> LateRequests | None:
    """Return what ``user`` may ask for about a late case, None when it is not late at an agency."""
    if not policy.may(case, Action.REMIND_AGENCY, user, at=at):
        return None
    reminds_on = readers.reminds_again_on(case, at=at, calendar=current_calendar())
    return LateRequests(reminds_on is None, reminds_on, policy.may(case, Action.ASK_UNIT, user, at=at))


class Objecting(NamedTuple):
    """Until which day the citizen may object, and whether it would be for the last time."""

    until: date
    is_last: bool


def objecting(case: Case, user: User, *, at: datetime) -> Objecting | None:
    """Return until when ``user`` may object to the answer, None where they may not."""
    if case.closed_at is None or not policy.may(case, Action.OBJECT, user, at=at):
        return None
    until = timezone.localdate(case.closed_at + timedelta(days=OBJECTION_DAYS))
    return Objecting(until, is_last=case.objections_made + 1 == MAX_OBJECTIONS)


def _first_promise(events: Sequence[CaseEvent]) -> date | None:
    """Return the date that was promised first, if an extension has replaced it."""
    promised: date | None = None
    extended = False
    for event in standing(events):
        if event.action == Action.ACCEPT:
            promised, extended = event.promised_on, False
        elif event.action in {Action.DECLINE, Action.RETURN, Action.REFER, Action.UPHOLD}:
            promised, extended = None, False
        extended = extended or event.action == Action.EXTEND
    return promised if extended else None


def notice_lines(case: Case, *, at: datetime) -> list[NoticeLine]:
    """Return the messages about the case to its citizen, newest first, without those cancelled before sending."""
    newest = _SENT.rows(reference=case.reference, recipient=citizen_key(case.citizen_id))
    repeated = messages.repetitions_in(reversed(newest))
    labels = _message_labels(case.kind)
    return [
        NoticeLine(
            labels.get(message.template, gettext("Message")),
            message.get_channel_display(),
            message.created_at,
            messages.for_citizen(message, at=at, repeated=repeated.get(message.pk)),
        )
        for message in newest
    ]


def _sent(_shape: None, *, reference: str, recipient: str) -> QuerySet[Message]:
    sent = Message.objects.filter(reference=reference, recipient=recipient).exclude(state=MessageState.CANCELLED)
    return sent.select_related("call_task").defer(*SEALED).order_by("-created_at", "-pk")[:MOST_NOTICES]


_SENT: Final = CompiledRead(_sent, is_prepared=True)


def _message_labels(kind: str) -> dict[str, str]:
    """Return the label of each message to a citizen about a case of ``kind``, by its template."""
    words = words_of_kind(kind)
    received = str(words.received)
    return {
        "case_received": received,
        "case_received_triage": received,
        "case_filed_by_phone": received,
        "case_accepted": gettext("Reply date"),
        "case_new_date": gettext("New reply date"),
        "case_earlier_date": gettext("Earlier reply date"),
        "case_delivered": gettext("Your praise was delivered"),
        "case_late": gettext("The answer is late"),
        "case_question": gettext("A question for you"),
        "case_reminder": gettext("A reminder about the question"),
        "case_resumed": gettext("Work continues without your answer"),
        "case_moved": gettext("Moved to another agency"),
        "case_triage": gettext("Finding the right agency"),
        "case_answered": gettext("Case answered"),
        "case_adopted": gettext("Suggestion adopted"),
        "case_not_adopted": gettext("Suggestion not adopted"),
        "case_rating": gettext("A question whether the answer helped"),
        "case_unanswered": gettext("Case closed"),
        "case_withdrawn": str(words.withdrew),
        "case_archived": gettext("Case closed"),
        "case_objected": gettext("We received your objection"),
        "case_upheld": gettext("Your objection was accepted"),
        "case_dismissed": gettext("The answer was not changed"),
        "case_status": gettext("The status you asked for"),
    }
