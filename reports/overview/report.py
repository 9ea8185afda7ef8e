"""The report of a period, read from the figures: totals and breakdowns by agency, kind, topic and outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from complaints.workflow import Kind, Outcome
from reports.drill import lists
from reports.drill.counted import cause_rows
from reports.figures.measures import Figures
from reports.figures.reading import Reading, continued_by, read
from reports.figures.scopes import Dimension, Scope
from reports.models.amounts import OUTCOMES, outcome_amount
from reports.overview.rows import FIGURE_NAMES, CaseFigures, FigureRow, OutcomeRow, Report, agency_rows, topic_rows
from reports.periods import DAY, ReportPeriod


def build_report(
    period: ReportPeriod, *, at: datetime, scope: Scope | None = None, limits: str = ""
) -> tuple[Report, Figures]:
    """Return the report of ``period`` and all its figures, in the active language; seconds old if a replica is read.

    ``limits`` are the words for ``scope``.
    """
    is_of_months = _is_of_months(period, at=at)
    shown = None if is_of_months else (*FIGURE_NAMES, *OUTCOMES)
    kinds = read(period, by=[Dimension.KIND], scope=scope, at=at, measures=shown)
    whole = kinds if is_of_months else read(period, scope=scope, at=at)
    agencies, topics = (
        read(period, by=[by], scope=scope, at=at, measures=FIGURE_NAMES) for by in (Dimension.AGENCY, Dimension.TOPIC)
    )
    continued = continued_by(at)
    by_kind = _case_figures(kinds)
    report = Report(
        period=period,
        as_of=whole.as_of,
        counted_at=at,
        by_agency=agency_rows(_case_figures(agencies), predecessors=continued.predecessors(), on=period.last),
        by_kind=tuple(
            FigureRow(str(kind.label), str(kind.label), by_kind.get(kind.value, CaseFigures()), key=kind.value)
            for kind in Kind
        ),
        by_topic=topic_rows(_case_figures(topics)),
        by_outcome=tuple(_outcome_rows(kinds, period, scope or Scope())),
        by_cause=cause_rows(period, scope or Scope(), at=whole.as_of),
        total=_named_figures(whole.total),
        copy_note=whole.copy_note,
        limits=limits,
    )
    return report, whole.total


def _is_of_months(period: ReportPeriod, *, at: datetime) -> bool:
    """Tell whether ``period`` is made of months, the last of which may last: all their amounts are kept by kind."""
    return period.first.day == 1 and (at < period.ends_at or (period.last + DAY).day == 1)


def _case_figures(reading: Reading) -> Mapping[Any, CaseFigures]:
    return {cell[0]: _named_figures(figures) for cell, figures in reading.rows.items()}


def _named_figures(figures: Figures) -> CaseFigures:
    return CaseFigures(*(figures.amount(name) for name in FIGURE_NAMES))


def _outcome_rows(reading: Reading, period: ReportPeriod, scope: Scope) -> Iterator[OutcomeRow]:
    addresses = lists.cases_urls_by(Dimension.KIND, OUTCOMES, period, scope)
    for kind in Kind:
        figures = reading.rows.get((kind.value,), Figures())
        for outcome in Outcome:
            amount = outcome_amount(outcome)
            if number := figures.amount(amount):
                yield OutcomeRow(kind, outcome, number, addresses(kind.value)[amount])
