"""Writing the drafts that were ordered: claimed, written in both languages with progress, stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q
from django.utils import translation

from notifications.periodic import RowRun
from reports.documents.tree import Document
from reports.models import PeriodicReport, ReportKind, ReportState
from reports.periodic import facts as counts, life, phrases
from reports.periodic.facts import Facts, gather, steps
from reports.periodic.life import TASK
from reports.periodic.sections import SECTIONS

#: After so long a draft that is still being written is taken up again: whoever wrote it has gone.
CLAIM_LASTS: Final = timedelta(minutes=10)


def write_ordered(*, at: datetime) -> int:
    """Write the drafts that wait, one after the other; return how many. Safe to run twice and at the same time."""
    run, count = RowRun(TASK, "report", at=at), 0
    waiting = PeriodicReport.objects.filter(_is_waiting(at))
    for key in run.without_waiting(waiting).order_by("made_at", "pk").values_list("pk", flat=True):
        with run.row(key, atomic=False):
            count += write(key, at=at)
    return count


def write(key: int, *, at: datetime) -> bool:
    """Write one draft; False if somebody else is at it, or it was discarded. Progress shows while it is written."""
    mine = PeriodicReport.objects.filter(pk=key).filter(_is_waiting(at))
    if not mine.update(claimed_at=at, steps_done=0):
        return False
    report = PeriodicReport.objects.get(pk=key)
    own = PeriodicReport.objects.filter(pk=key, state=ReportState.WRITING, claimed_at=at)
    own.update(steps=steps(ReportKind(report.kind)) + len(life.LANGUAGES))

    def tell() -> None:
        own.update(steps_done=F("steps_done") + 1)

    try:
        text = _written(report, at=at, tell=tell)
    except Exception:
        own.update(claimed_at=None)
        raise
    return bool(
        own.update(
            content=text,
            state=ReportState.DRAFT,
            written_at=at,
            claimed_at=None,
            steps_done=F("steps"),
            edition=F("edition") + 1,
        )
    )


def _written(report: PeriodicReport, *, at: datetime, tell: Callable[[], None]) -> str:
    facts = gather(ReportKind(report.kind), report.period, at=at, tell=tell)
    documents = {}
    for language in life.LANGUAGES:
        documents[language] = document(facts, language)
        tell()
    return life.written(documents, counts.counts(facts))


def document(facts: Facts, language: str) -> Document:
    """Return the draft of a report in one language."""
    with translation.override(language):
        sections = [make(facts) for make in SECTIONS]
        return Document(
            title=phrases.report_title(facts.kind, facts.period),
            language="en" if language == "en" else "ar",
            period_first=facts.period.first,
            period_last=facts.period.last,
            version=0,
            as_of=facts.as_of,
            sections=tuple(section for section in sections if section is not None),
        )


def _is_waiting(at: datetime) -> Q:
    return Q(state=ReportState.WRITING) & (Q(claimed_at=None) | Q(claimed_at__lte=at - CLAIM_LASTS))
