"""Holds the text of a case against its topic: what it reads like instead, only where that is clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agencies.free_text.lexicon import as_written
from agencies.free_text.reader import current_reader
from agencies.models import Topic
from complaints.suggestions.everyday import words_listed
from complaints.visibility.redaction import CaseVisibility

#: Another topic is named from this score on, if the own one has less than this share of it: see docs/routing.md.
LEAST: Final = 8.0
MOST_SHARE: Final = 0.4


@dataclass(frozen=True)
class TopicHint:
    """The topic that a text reads like, and the words that say so."""

    topic: Topic
    words: Sequence[str]

    @property
    def listed(self) -> str:
        """Return the words in a list, each isolated from the text around it."""
        return words_listed(self.words)


def topic_hint(visibility: CaseVisibility, *, at: datetime) -> TopicHint | None:
    """Return what the text of a case reads like to its reader, if that is clear and not its topic.

    The words are taken from the text as the reader sees it, redacted where its person is hidden. Nothing is recorded.
    """
    case = visibility.case
    text = visibility.redact(f"{case.subject}. {case.details}")
    return hint_for(text, kind=case.kind, topic=case.topic_id, at=at)


def hint_for(text: str, *, kind: str, topic: int | None, at: datetime) -> TopicHint | None:
    """Return the topic that a text clearly reads like instead of ``topic``, the key of its own."""
    reader = current_reader(at=at)
    matches = {match.key: match for match in reader.find_topics(text) if kind in reader.topics[match.key].kinds}
    best = max(matches.values(), key=lambda match: match.score, default=None)
    if best is None or best.key == topic or best.score < LEAST:
        return None
    own = matches[topic].score if topic in matches else 0.0
    return TopicHint(reader.topics[best.key], as_written(text, best.words)) if own < MOST_SHARE * best.score else None
