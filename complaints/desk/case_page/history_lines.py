"""The history as the case page shows it: repeats folded, texts of other sections not repeated, a chip for each side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.utils.translation import ngettext, pgettext

from complaints.case_text.history import HistoryEntry, Side, without_words
from complaints.desk.case_page.citizens_word import CitizensWord
from complaints.desk.case_page.competence import CompetencePanel
from complaints.desk.directorate.findings import ConsultationSummary
from complaints.models import Explanation
from complaints.workflow import Action

#: The sections of the page that have the words of actions, by their ids.
_SECTIONS: Final[dict[str, str]] = {
    Action.RATE: "citizens-word",
    Action.ADD_TASK: "competence",
    Action.ANSWER_TASK: "competence",
    Action.DROP_TASK: "competence",
    Action.CONSULT: "directorates",
    Action.ESTIMATE: "directorates",
    Action.FIND: "directorates",
    Action.ASK_EXPLANATION: "explanations",
    Action.EXPLAIN: "explanations",
}


@dataclass(frozen=True)
class HistoryLine:
    """One entry, or several of one side that repeat each other, the newest first; ``title`` says how many of what."""

    side: Side
    entries: Sequence[HistoryEntry]
    title: str = ""

    @property
    def kind(self) -> str:
        """Return the colour of the line: the gravest of its entries."""
        return max((entry.kind for entry in self.entries), key=lambda kind: kind == "bad")


@dataclass(frozen=True)
class SideChip:
    """A choice of what is shown of the history: ``side`` is empty for all of it."""

    side: str
    label: str
    count: int


@dataclass(frozen=True)
class PageHistory:
    """The lines of the history, the newest first, and the chips that choose among them."""

    lines: Sequence[HistoryLine]
    chips: Sequence[SideChip]


def page_history(entries: Sequence[HistoryEntry], words: Mapping[str, Collection[str]]) -> PageHistory:
    """Return the history of a page; ``words`` are the texts of its sections, by their ids."""
    shown = [_once(entry, words) for entry in entries]
    count = Counter(entry.side for entry in entries)
    every = SideChip("", pgettext("entries of the history", "All"), len(entries))
    return PageHistory(
        lines=list(_lines(shown)),
        chips=[every, *(SideChip(side, str(side.label), count[side]) for side in Side if count[side])],
    )


def words_of_sections(
    word: CitizensWord | None,
    competence: CompetencePanel,
    consultations: Sequence[ConsultationSummary],
    explained: Sequence[Explanation],
) -> dict[str, Collection[str]]:
    """Return the texts that stand in sections of the page, by the ids of these."""
    tasks = [task.task for task in competence.partner_tasks]
    asked = [summary.consultation for summary in consultations]
    estimates = [estimate for summary in consultations for estimate in summary.estimates]
    return {
        "citizens-word": {rating.text for rating in (word.ratings if word else ())},
        "competence": {text for task in tasks for text in (task.text, task.answer, task.reason)},
        "directorates": {text for one in asked for text in (one.text, one.finding)} | {one.reason for one in estimates},
        "explanations": {text for one in explained for text in (one.question, one.answer)},
    }


def _once(entry: HistoryEntry, words: Mapping[str, Collection[str]]) -> HistoryEntry:
    section = _SECTIONS.get(entry.action, "")
    has_it = entry.text is not None and entry.text.first and entry.text.first in words.get(section, ())
    return without_words(entry, section) if has_it else entry


def _lines(entries: Iterable[HistoryEntry]) -> Iterator[HistoryLine]:
    numbered = enumerate(entries)
    for key, run in groupby(numbered, key=lambda pair: _repeat(*pair)):
        same = [entry for _, entry in run]
        yield HistoryLine(same[0].side, same, _repeats_title(same) if isinstance(key, Side) and len(same) > 1 else "")


def _repeat(place: int, entry: HistoryEntry) -> Side | int:
    """Return the side of an entry that repeats others, or its place where it stands alone."""
    return entry.side if entry.action in _COUNTED and not entry.messages else place


def _repeats_title(entries: Sequence[HistoryEntry]) -> str:
    count = Counter(entry.action for entry in entries)
    return pgettext("between reminders and escalations", ", ").join(
        words(count[action]) for action, words in _COUNTED.items() if count[action]
    )


_COUNTED: Final[dict[str, Callable[[int], str]]] = {
    Action.REMIND: lambda n: ngettext("%(count)s reminder", "%(count)s reminders", n) % {"count": n},
    Action.ESCALATE: lambda n: ngettext("%(count)s escalation", "%(count)s escalations", n) % {"count": n},
    Action.REMIND_AGENCY: lambda n: (
        ngettext("%(count)s reminder from the citizen", "%(count)s reminders from the citizen", n) % {"count": n}
    ),
}
