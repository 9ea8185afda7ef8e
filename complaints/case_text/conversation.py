"""The conversation between desk and citizen on one case, with the messages sent: one thread in time order."""

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
    """One text or message: whether the citizen wrote it, its title, its texts, and for a message its delivery."""

    is_citizens: bool
    title: str
    at: datetime
    by: str = ""
    texts: tuple[str, ...] = ()
    message: SentMessage | None = None


def conversation(
    events: Sequence[CaseEvent], entries: Sequence[HistoryEntry], sent: Iterable[SentMessage]
) -> list[ConversationLine]:
    """Return the thread, the oldest first, a text before the messages about it; without closings that were undone.

    ``events`` and ``entries`` belong together, the oldest first.
    """
    written = list(_written(events, entries))
    messages = [
        ConversationLine(is_citizens=False, title=one.about, at=one.at, message=one) for one in reversed(list(sent))
    ]
    return sorted([*written, *messages], key=lambda line: line.at)


def _written(events: Sequence[CaseEvent], entries: Sequence[HistoryEntry]) -> Iterator[ConversationLine]:
    for place, (event, entry) in enumerate(zip(events, entries, strict=True)):
        quote = ACTIONS[Action(event.action)].quote
        if quote is None or entry.text is None or _is_taken_back(events, place):
            continue
        texts = tuple(text for name in quote.texts if (text := getattr(entry.text, name)))
        yield ConversationLine(is_citizens=quote.by_citizen, title=entry.title, at=entry.at, by=entry.by, texts=texts)


def _is_taken_back(events: Sequence[CaseEvent], place: int) -> bool:
    """Tell whether the next change of state undid this closing."""
    later = (event for event in events[place + 1 :] if event.from_state != event.to_state)
    after = next(later, None)
    return events[place].action == Action.CLOSE and after is not None and after.action == Action.CORRECT
