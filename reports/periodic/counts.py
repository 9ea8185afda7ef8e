"""The counts that are frozen with a report, beside the document in both languages, and what agencies promised.

What is made from a report later (public pages, open data) takes its numbers from here and counts nothing anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils import translation

from reports.figures.measures import Figures
from reports.figures.scopes import Dimension
from reports.models import PeriodicReport
from reports.periodic import phrases
from reports.periodic.commitments import commitments
from reports.periodic.facts import CaseGroup, Facts

#: The tables, and what each is broken down by.
TABLES: Final[Mapping[str, Dimension]] = {"agencies": Dimension.AGENCY, "governorates": Dimension.GOVERNORATE}
#: The code of cases that no agency has, or that have no governorate.
NOBODY: Final = "none"
#: The codes of names.
LANGUAGES: Final = ("ar", "en")


def counts(facts: Facts) -> dict[str, Any]:
    """Return the counts of a report as JSON can hold them, with the names in both languages."""
    tables = {table: _table(facts, dimension) for table, dimension in TABLES.items()}
    return tables | {
        "total": _row(facts.total),
        "as_of": facts.as_of.isoformat(),
        "commitments": commitments(facts.as_of),
    }


def frozen_counts(report: PeriodicReport) -> Mapping[str, Any]:
    """Return the counts frozen with ``report``."""
    found: Mapping[str, Any] = report.parts["counts"]
    return found


def _table(facts: Facts, dimension: Dimension) -> dict[str, Any]:
    return {
        group.code or NOBODY: _names(facts, dimension, group) | _row(group.figures) for group in facts.groups(dimension)
    }


def _names(facts: Facts, dimension: Dimension, group: CaseGroup) -> dict[str, str]:
    if group.key is not None:
        row = facts.named[dimension][group.key]
        return {"ar": row.name_ar, "en": row.name_en}
    names = {}
    for language in LANGUAGES:
        with translation.override(language):
            names[language] = phrases.without(dimension)
    return names


def _row(figures: Figures) -> dict[str, int | None]:
    """Return the counts of one row; the three of promises, and the three of citizens' words, are parts of one whole."""
    days = figures.value("days_to_answer_median")
    return {
        "received": figures.amount("received"),
        "in_time": figures.amount("answered_in_time"),
        "answered_late": figures.amount("answered") - figures.amount("answered_in_time"),
        "still_late": figures.amount("late"),
        "confirmed": figures.amount("confirmed"),
        "disputed": figures.amount("disputed"),
        "unanswered": figures.amount("unanswered"),
        "median_days": None if days is None else int(days),
    }
