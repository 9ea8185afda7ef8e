"""The history of a case for staff: each action with who did it, when, its texts, and what the citizen was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext, ngettext, pgettext_lazy

from accounts.models import Mandate
from complaints.case_text.clock_history import clock_particulars
from complaints.case_text.deadline import span_label
from complaints.case_text.event_texts import EventText, EventTexts
from complaints.case_text.sent_messages import SentMessage
from complaints.case_text.speakers import spoken_for_citizen
from complaints.engine import notices
from complaints.engine.signed_links import LinkBearer
from complaints.models import Attachment, Case, CaseEvent
from complaints.permissions.representatives import mandates_by_event
from complaints.workflow import ACTIONS, Action, WithdrawalReason
from kit.dates import day_digits


class Side(TextChoices):
    """Whose doing an entry of the history is."""

    CITIZEN = "citizen", pgettext_lazy("entries of the history", "Citizen")
    OURS = "ours", pgettext_lazy("entries of the history", "Ours")
    SYSTEM = "system", pgettext_lazy("entries of the history", "System")


@dataclass(frozen=True, kw_only=True)
class HistoryEntry:
    """One action on the case, or messages that the citizen was sent without one; then ``action`` is empty.

    ``after`` is the time since the previous change of its state; ``stands_in`` is the id of the section where the text
    stands that is not repeated here.
    """

    action: str = ""
    side: Side = Side.SYSTEM
    title: str
    at: datetime
    by: str = ""
    kind: str = ""
    after: str = ""
    text: EventText | None = None
    files: Sequence[Attachment] = ()
    messages: Sequence[SentMessage] = ()
    stands_in: str = ""


#: The pairs of actions of which the later one says again what the earlier one proposed.
_SAID_TWICE: Final = frozenset({Action.PROPOSE_ANSWER, Action.CLOSE, Action.PROPOSE_EXTENSION, Action.EXTEND})

#: The actions of people that set, move or propose the day of the answer.
_DATED: Final = frozenset({Action.ACCEPT, Action.PROPOSE_EXTENSION, Action.EXTEND, Action.CLASSIFY})


def history_entries(case: Case, events: Sequence[CaseEvent], texts: EventTexts) -> Iterator[HistoryEntry]:
    """Yield an entry for each of the ``events`` of ``case``, the oldest first."""
    entered, asker = events[0].at, ""
    mandates = mandates_by_event(events)
    for event in events:
        asker = event.actor.name if event.action == Action.CONSULT and event.actor else asker
        moves = event.from_state != event.to_state
        yield HistoryEntry(
            action=event.action,
            side=_side(event),
            title=": ".join(filter(None, [action_label(event), *_particulars(event)])),
            at=event.at,
            by=actor_label(event, case, asker=asker, mandates=mandates),
            kind=ACTIONS[Action(event.action)].colour,
            after=span_label(event.at - entered) if moves and event.from_state else "",
            text=texts.get(event.pk),
        )
        if moves:
            entered = event.at


def _side(event: CaseEvent) -> Side:
    rule = ACTIONS[Action(event.action)]
    if rule.is_citizens:
        return Side.CITIZEN
    is_ours = event.actor_id is not None or rule.by_link or event.action == Action.TAKE_BACK
    return Side.OURS if is_ours else Side.SYSTEM


def with_messages(
    events: Sequence[CaseEvent], entries: Sequence[HistoryEntry], sent: Iterable[SentMessage]
) -> list[HistoryEntry]:
    """Return ``entries``, the oldest first, with the messages to the citizen about each; others stand for themselves.

    ``events`` and ``entries`` belong together; ``sent`` is the newest first.
    """
    about: dict[str, list[SentMessage]] = defaultdict(list)
    for message in sent:
        about[message.occasion].insert(0, message)
    told = [
        replace(entry, messages=messages) if (messages := about.pop(notices.occasion(event), ())) else entry
        for event, entry in zip(events, entries, strict=True)
    ]
    alone = [
        HistoryEntry(title=messages[0].about, at=messages[0].at, by=gettext("automatically"), messages=messages)
        for messages in about.values()
    ]
    return sorted([*told, *alone], key=lambda entry: entry.at)


def each_text_once(entries: Sequence[HistoryEntry], sections: Mapping[str, EventText | None]) -> Iterator[HistoryEntry]:
    """Yield ``entries``, the newest first, without the texts of proposals that were taken over as they are.

    ``sections`` are the ids of the sections of the page with their texts: an entry with one of these leads there.
    """
    said: list[EventText] = []
    where = [(section, text) for section, text in sections.items() if text]
    for entry in entries:
        if entry.action not in _SAID_TWICE or entry.text is None:
            yield entry
            continue
        section = next((section for section, text in where if text == entry.text), "")
        is_said = bool(section) or entry.text in said
        said.append(entry.text)
        yield without_words(entry, section) if is_said else entry


def without_words(entry: HistoryEntry, section: str) -> HistoryEntry:
    """Return ``entry`` with what stands beside its words alone; they stand in ``section``."""
    return replace(entry, text=entry.text and replace(entry.text, first="", second=""), stands_in=section)


def action_label(event: CaseEvent) -> str:
    """Return the label of the action for staff."""
    return str(ACTIONS[Action(event.action)].label)


def _particulars(event: CaseEvent) -> Sequence[str]:
    return clock_particulars(event), _promise(event), _because(event), _files(event)


def _promise(event: CaseEvent) -> str:
    """Return the day by which the answer is promised, or proposed to be, since ``event``."""
    day = (event.promised_on or event.new_on) if event.action in _DATED else None
    return gettext("answer by %(day)s") % {"day": day_digits(day)} if day else ""


def _because(event: CaseEvent) -> str:
    code = event.withdrawn_because
    return str(WithdrawalReason(code).label) if code in WithdrawalReason.values else ""


def _files(event: CaseEvent) -> str:
    """Return how many of a directorate's files the citizen sees since ``event``, and how many no longer."""
    shown, hidden = event.shows_files, event.hides_files
    words = [
        ngettext("%(count)s file shown", "%(count)s files shown", shown) % {"count": shown} if shown else "",
        ngettext("%(count)s file hidden again", "%(count)s files hidden again", hidden) % {"count": hidden}
        if hidden
        else "",
    ]
    return gettext(", ").join(filter(None, words))


def actor_label(event: CaseEvent, case: Case, *, asker: str = "", mandates: Mapping[str, Mandate] | None = None) -> str:
    """Return who did it: staff by name, the citizen never by name, empty for the clock.

    ``asker`` is who last asked the directorate and ``mandates`` are those of the case, where the caller knows them
    without a statement.
    """
    if event.mandate:
        return spoken_for_citizen((mandates_by_event([event]) if mandates is None else mandates).get(event.mandate))
    is_by_link = event.action == Action.RATE and event.actor is None
    if is_by_link or (event.actor is not None and event.actor_id == case.citizen.user_id):
        return gettext("the citizen")
    if event.actor is None:
        return _by_no_account(event, asker)
    if event.through:
        return gettext("%(name)s for the citizen") % {"name": event.actor.name}
    if event.on_behalf_of is not None:
        return gettext("%(deputy)s for %(absent)s") % {"deputy": event.actor.name, "absent": event.on_behalf_of.name}
    return event.actor.name


def _by_no_account(event: CaseEvent, asker: str) -> str:
    if event.action == Action.TAKE_BACK:
        return gettext("the outside centre")
    return _by_link(event, asker) if ACTIONS[Action(event.action)].by_link else gettext("automatically")


def _by_link(event: CaseEvent, asker: str) -> str:
    if event.link_bearer != LinkBearer.OFFICER:
        return gettext("the directorate")
    if not asker:
        asked = CaseEvent.objects.filter(case=event.case_id, action=Action.CONSULT, number__lt=event.number)
        asker = str(asked.select_related("actor").latest("number").actor)
    return gettext("through the link that %(officer)s gave to the directorate") % {"officer": asker}
