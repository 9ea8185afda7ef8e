"""What desk and citizen said to each other on one case, and what was sent: one thread in time order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from complaints.case_text.history import HistoryEntry
from complaints.case_text.sent_messages import SentMessage
from complaints.models import CaseEvent
from complaints.workflow import ACTIONS, Action


@dataclass(frozen=True, kw_only=True)
class ConversationLine:
    """One thing said or sent: by the citizen or not, under which title, in which words, and the fate of a message."""

    is_citizens: bool
    title: str
    at: datetime
    by: str = ""
    texts: tuple[str, ...] = ()
    told: SentMessage | None = None


def conversation(
    events: Sequence[CaseEvent], deeds: Sequence[HistoryEntry], told: Iterable[SentMessage]
) -> list[ConversationLine]:
    """Return the thread, the oldest first: what was said before what was sent about it; a slip taken back is no word.

    ``events`` and ``deeds`` belong together, the oldest first.
    """
    said = list(_said(events, deeds))
    sent = [ConversationLine(is_citizens=False, title=one.about, at=one.at, told=one) for one in reversed(list(told))]
    return sorted([*said, *sent], key=lambda line: line.at)


def _said(events: Sequence[CaseEvent], deeds: Sequence[HistoryEntry]) -> Iterator[ConversationLine]:
    for place, (event, deed) in enumerate(zip(events, deeds, strict=True)):
        quote = ACTIONS[Action(event.action)].quote
        if quote is None or deed.text is None or _is_taken_back(events, place):
            continue
        texts = tuple(text for name in quote.texts if (text := getattr(deed.text, name)))
        yield ConversationLine(is_citizens=quote.by_citizen, title=deed.title, at=deed.at, by=deed.by, texts=texts)


def _is_taken_back(events: Sequence[CaseEvent], place: int) -> bool:
    """Tell whether the next change of state took this closing back."""
    later = (event for event in events[place + 1 :] if event.from_state != event.to_state)
    after = next(later, None)
    return events[place].action == Action.CLOSE and after is not None and after.action == Action.CORRECT
