"""What the pages of the audit show: rounds and samples with their progress, scores side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from complaints.case_text.answers import fault_text
from complaints.models import Answer
from reports.audits import scoring
from reports.audits.challenged import verdicts_on
from reports.audits.forms import ScoreForm
from reports.audits.results import AgencyAudit, sample_audits
from reports.figures.arithmetic import whole_percent
from reports.models import AuditItem, AuditRound, AuditSample
from reports.models.audits import CRITERIA


@dataclass(frozen=True)
class RoundRow:
    """A round with its progress: answers drawn, decided, in dispute, and waiting for the reader."""

    round: AuditRound
    drawn: int
    decided: int
    disputed: int
    waiting: int

    @property
    def percent(self) -> int:
        """Return the share of decided answers in percent, rounded down."""
        return 100 * self.decided // self.drawn if self.drawn else 0


@dataclass(frozen=True)
class SampleRow:
    """The sample of one agency: its answers, those challenged, those drawn, whether that is all, and what was found."""

    sample: AuditSample
    drawn: int
    audit: AgencyAudit | None

    @property
    def is_whole(self) -> bool:
        """Tell whether every answer of the agency was drawn."""
        return self.drawn == self.sample.population

    @property
    def percent(self) -> int | None:
        """Return the estimated share of real answers in percent; None before anything is judged."""
        share = self.audit.share if self.audit else None
        return None if share is None else whole_percent(share)


def round_rows(user: User, *, at: datetime) -> list[RoundRow]:
    """Return all rounds, the latest first: three statements, and one for each round that is not decided."""
    return [round_row(user, drawn, at=at) for drawn in _counted(AuditRound.objects.all())]


def round_row(user: User, drawn: AuditRound, *, at: datetime) -> RoundRow:
    """Return one round with its progress."""
    counted: Any = drawn if hasattr(drawn, "decided") else _counted(AuditRound.objects.filter(pk=drawn.pk))[0]
    total, decided = counted.drawn, counted.decided
    if total == decided:
        return RoundRow(drawn, total, decided, 0, 0)
    disputed = AuditItem.objects.filter(sample__round=drawn).disputed().count()
    return RoundRow(drawn, total, decided, disputed, scoring.open_for(user, drawn, at=at).count())


def _counted(rounds: Any) -> list[Any]:
    items = Count("samples__items")
    decided = Count("samples__items", filter=~Q(samples__items__verdict=""))
    # A grouped query has no order of its own.
    return list(rounds.annotate(drawn=items, decided=decided).order_by("-first"))


def sample_rows(drawn: AuditRound, *, with_results: bool) -> list[SampleRow]:
    """Return the samples of a round by the name of the agency; what was found only ``with_results``."""
    found = sample_audits([drawn])
    rows = [SampleRow(sample, audit.drawn, audit if with_results else None) for sample, audit in found]
    return sorted(rows, key=lambda row: row.sample.agency.name)


def score_table(item: AuditItem) -> dict[str, Any]:
    """Return the two scores of an answer side by side: rows of criterion, first and second, verdicts and remarks."""
    scores = list(item.scores.all())
    fields = ScoreForm.base_fields
    rows = [(fields[name].label, [getattr(score, name) for score in scores]) for name in CRITERIA]
    return {"rows": rows, "scores": scores}


def challenged_rows(answers: Sequence[Answer], *, with_verdicts: bool) -> list[Mapping[str, Any]]:
    """Return what the list of challenged answers shows of each; what the audit found only ``with_verdicts``."""
    verdicts = verdicts_on(list(answers)) if with_verdicts else {}
    return [
        {
            "answer": answer,
            "question": fault_text(answer.challenge, kind=answer.case.kind),
            "verdict": verdicts.get(answer.pk, ""),
        }
        for answer in answers
    ]
