"""The commitment index of the period with all its inputs, from which it can be computed again."""

from __future__ import annotations

from reports.commitment import frozen
from reports.documents.tree import Section
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if there is no index of exactly this period; two statements."""
    return frozen.report_section(facts.period)
