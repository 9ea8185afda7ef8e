"""The lexicon as the unit keeps it: read once, and again when a phrase was added, changed or ended."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q

from agencies.models import AnswerPhrase
from complaints.answer_quality.lexicon import Lexicon, shipped


class _Kept:
    """The lexicon of this process, and what the table was like when it was read."""

    stamp: tuple[Any, ...] = ()
    lexicon: Lexicon | None = None


def current_lexicon() -> Lexicon:
    """Return the lexicon in force; that of the project's file while the table is empty. One statement, or two."""
    stamp = _stamp()
    if _Kept.lexicon is None or _Kept.stamp != stamp:
        rows = AnswerPhrase.objects.filter(is_active=True).values_list("category", "phrases")
        phrases = ((category, phrase) for category, listed in rows for phrase in listed)
        _Kept.lexicon = Lexicon(phrases) if stamp[0] else shipped()
        _Kept.stamp = stamp
    return _Kept.lexicon


def _stamp() -> tuple[Any, ...]:
    found = AnswerPhrase.objects.aggregate(
        rows=Count("pk"), used=Count("pk", filter=Q(is_active=True)), last=Max("pk"), edited=Max("edited_at")
    )
    return tuple(found.values())
