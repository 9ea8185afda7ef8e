"""The document of the measures: ``docs/figures.md``, written from their definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils import translation

from reports.figures.measures import MEASURES

_UNITS: Final = {
    "count": "a number",
    "share": "a share of 100",
    "working_days": "working days",
    "hours": "working hours",
    "score": "a score",
}
_BETTER: Final = {"more": "more is better", "less": "less is better", None: "neither"}

_HEAD: Final = """# Figures

This document is written by `manage.py figures_document` from `reports/figures/measures.py`, the only place where a
measure is defined; a test compares the two. Pages show the same sentences.

A figure shows how things stood at the end of its period, or now while the period lasts: what happened afterwards
changes nothing. A case counts for the agency it was with at that end. What an agency did (a decision, an answer, a
case sent back) counts for the agency that did it. Work that another agency does today counts for that agency. A
correction of the topic or the kind of a case changes past figures too.

`manage.py rebuild_figures` counts all kept figures anew, `manage.py verify_figures` compares them with the
history. [Decision 139](decisions/0139-entries-of-each-case-and-kept-sums.md) says how they are kept.

| measure | name in code | formula | unit | which is better |
|---|---|---|---|---|
"""


def markdown() -> str:
    """Return the document, in English."""
    with translation.override("en"):
        return _HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for measure in MEASURES.values():
        cells = (measure.label, f"`{measure.name}`", measure.formula, _UNITS[measure.unit], _BETTER[measure.better])
        yield f"| {' | '.join(map(str, cells))} |\n"
