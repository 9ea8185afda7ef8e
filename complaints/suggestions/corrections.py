"""What corrections of topics teach: the words of the corrected cases, counted by the topic they were given.

Nothing is trained or stored: the counts are made from the newest corrections whenever the suggestions are read again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from complaints.models import Classification
from complaints.suggestions.terms import term_stems, terms_in, terms_with_order

#: Maximum number of corrections that are read, the newest.
MOST_CORRECTIONS = 1000
#: A word speaks for a topic once this many cases with it were corrected to that topic, from the same topic ...
LEAST_CASES = 2
#: ... and once this share of all corrections with the word, in percent, went there.
LEAST_SHARE = 60
#: So many words of a text have to speak for a topic before it is suggested.
LEAST_WORDS = 2


@dataclass(frozen=True)
class Correction:
    """One corrected case: its folded text, and its topic before and after."""

    words: str
    before: int
    after: int


class CorrectionCounts:
    """How many cases with a word were corrected from one topic to another."""

    def __init__(self, corrections: Sequence[Correction] = ()) -> None:
        self._counts: dict[int, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        for correction in corrections:
            for stem in set(term_stems(terms_in(correction.words))):
                self._counts[correction.before][stem][correction.after] += 1

    def topic_for(self, text: str, *, topic: int | None) -> int | None:
        """Return the topic to which cases of ``topic`` with the words of ``text`` were corrected; None if in doubt."""
        if topic is None or topic not in self._counts:
            return None
        words = Counter(
            after for word in terms_with_order(text) for after in self._spoken_for(topic, term_stems([word]))
        )
        best = words.most_common(2)
        if not best or best[0][1] < LEAST_WORDS or (len(best) > 1 and best[1][1] == best[0][1]):
            return None
        return best[0][0]

    def _spoken_for(self, topic: int, stems: Sequence[str]) -> set[int]:
        """Return the topics for which a word speaks, by any of its ``stems``."""
        return {
            after
            for stem in stems
            for after, number in self._counts[topic].get(stem, Counter[int]()).items()
            if number >= LEAST_CASES and number * 100 >= LEAST_SHARE * self._counts[topic][stem].total()
        }


def read_corrections() -> CorrectionCounts:
    """Return the counts of the newest corrections; one statement. A case corrected back teaches what it is now."""
    standing = Classification.objects.filter(case__erased_at=None, case__topic=F("topic_after"))
    changed = standing.exclude(topic_before=None).exclude(topic_after=F("topic_before")).order_by("-at", "-pk")
    rows = changed.values_list("case__folded", "topic_before", "topic_after")[:MOST_CORRECTIONS]
    return CorrectionCounts([Correction(*row) for row in rows])
