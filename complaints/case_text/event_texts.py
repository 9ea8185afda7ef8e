"""What was written with the events of a case, as its reader may read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case as If, CharField, F, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import get_language

from accounts.models import User
from accounts.roles import CMU, DESK
from complaints.case_text.estimates import days_label
from complaints.models import Case, CaseEvent, CaseLink, Estimate, RefusalReason, SpokenWith
from complaints.workflow import Action, Outcome

#: Which row holds the words of an event: the key in its facts.
_PAPERS = (
    *("question", "answer", "addition", "extension", "objection", "ruling", "refusal", "note", "handover", "handback"),
    *("task", "task_answer", "task_drop"),
    *("consultation", "estimate", "finding"),
    *("concern", "clear"),
    "link",
)


#: What only the desk that wrote it reads, and the unit.
_OF_THE_DESK = frozenset({"note", "concern", "clear"})


@dataclass(frozen=True)
class EventText:
    """What was written with one event: its texts, its coded part, and the agency or case it names."""

    what: str
    first: str
    second: str
    code: str
    named: str

    @property
    def code_words(self) -> str:
        """Return the coded part in words."""
        match self.what:
            case "answer":
                return str(Outcome(self.code).label)
            case "refusal":
                return str(RefusalReason(self.code).label)
            case "note" if self.code:
                return str(SpokenWith(self.code).label)
            case "estimate":
                return days_label(int(self.code))
        return ""


type Papers = dict[tuple[str, int], EventText]


def event_texts(case: Case, user: User, *, at: datetime) -> Papers:
    """Return everything written on ``case`` by kind and key, in one statement; a link names what ``user`` may see."""
    parts = [
        _papers(case.questions.all(), "question", "text", "reply"),
        _papers(case.answers.all(), "answer", "found", "done", code="outcome"),
        _papers(case.additions.all(), "addition", "text"),
        _papers(case.extensions.all(), "extension", "reason"),
        _papers(case.objections.all(), "objection", "text", "reasons"),
        _papers(case.rulings.all(), "ruling", "text", agency="agency"),
        _papers(case.refusals.all(), "refusal", "text", code="reason", agency="proposed_agency"),
        _papers(case.notes.all(), "note", "text", code="spoken_with"),
        _papers(case.recusals.all(), "concern", "text", agency="person"),
        _papers(case.recusals.all(), "clear", "end_text", agency="person"),
        _papers(case.handovers.all(), "handover", "reference", agency="centre"),
        _papers(case.handovers.all(), "handback", "answer", agency="centre"),
        _papers(case.tasks.all(), "task", "text", agency="agency"),
        _papers(case.tasks.all(), "task_answer", "answer", agency="agency"),
        _papers(case.tasks.all(), "task_drop", "reason", agency="agency"),
        _papers(case.consultations.all(), "consultation", "text", agency="directorate"),
        _papers(case.consultations.all(), "finding", "finding", "signed_as", agency="directorate"),
        _papers(Estimate.objects.filter(consultation__case=case), "estimate", "reason", code="days"),
        _links(case, user, at=at),
    ]
    rows = parts[0].union(*parts[1:], all=True).order_by()
    return {
        (what, key): EventText(what, first, second, code, named or "") for what, key, first, second, code, named in rows
    }


def _links(case: Case, user: User, *, at: datetime) -> Any:
    """Return every link ``case`` has or had, under the number of its other end."""
    seen = Case.objects.visible_to(user, at=at).values("pk")
    ends = Q(case=case, lead__in=seen) | Q(lead=case, case__in=seen)
    other = If(When(case=case, then=F("lead__reference")), default=F("case__reference"))
    nothing = Value("", output_field=TextField())
    return (
        CaseLink.objects.filter(ends)
        .order_by()
        .annotate(
            paper=Value("link", output_field=CharField()),
            first_text=nothing,
            second_text=nothing,
            coded=nothing,
            named=Cast(other, TextField()),
        )
        .values_list("paper", "pk", "first_text", "second_text", "coded", "named")
    )


def _papers(rows: Any, what: str, first: str, second: str = "", *, code: str = "", agency: str = "") -> Any:
    name = "name_en" if get_language() == "en" else "name_ar"
    return (
        rows.order_by()
        .annotate(
            paper=Value(what, output_field=CharField()),
            first_text=F(first),
            second_text=_column(second),
            coded=_column(code),
            named=_column(f"{agency}__{name}" if agency else ""),
        )
        .values_list("paper", "pk", "first_text", "second_text", "coded", "named")
    )


def _column(name: str) -> Cast | Value:
    return Cast(F(name), TextField()) if name else Value("", output_field=TextField())


class EventTextReader:
    """Who reads the papers of a case: notes, and who is set aside, only of the own desk, unless it is the CMU."""

    def __init__(self, papers: Papers, user: User, at: datetime) -> None:
        authority = user.authority(at)
        self._papers, self._is_cmu, self._desks = papers, authority.has(CMU), authority.agencies(DESK)

    def paper_of(self, event: CaseEvent) -> EventText | None:
        """Return what was written with ``event``, None where that is nothing or not for this reader."""
        key = next(((what, event.facts[what]) for what in _PAPERS if what in event.facts), None)
        if key is None or (key[0] in _OF_THE_DESK and not self._is_cmu and event.facts.get("desk") not in self._desks):
            return None
        paper = self._papers.get(key)
        # What came back later stands where it came.
        return replace(paper, second="") if paper and event.action in {Action.ASK, Action.OBJECT} else paper
